import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** One file or ConfigMap of the journal: a node's record, a bare Node's that stood in its way, or the operation's manifest. */
export interface EntryName {
  clusterUID: string;
  operation: string;
  /** Undefined: the manifest. */
  node: string | undefined;
  /** Told from the node's own record: `-bare-1a2b3c4d`; '' for that one. */
  aside: string;
}

/** Name of the ConfigMap. Node names may be as long as a ConfigMap's, so a digest stands for the node's. */
export function configMapName({ operation, node, aside }: EntryName): string {
  const base = `kubectl-podcidr-${operation}`;
  return node === undefined ? base : `${base}-${createHash('sha256').update(node).digest('hex').slice(0, 10)}${aside}`;
}

/** When the operation with this id began, in milliseconds since the epoch; NaN for what is no id. */
export function operationTime(id: string): number {
  const [, year, month, day, hours, minutes, seconds] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[0-9a-f]{6}$/.exec(id) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
}

/** True for the record of a bare Node that stood in the way. */
export function isAside(name: string): boolean {
  return /-bare-[0-9a-f]{1,8}(\.record)?$/.test(name);
}

/** The suffix of a bare Node's record. */
export function asideOf(uid: string): string {
  return `-bare-${uid.slice(0, 8)}`;
}

/** Folder of an operation's local copies: STATE/CLUSTER-UID/OPERATION. */
export function operationFolder(stateFolder: string, { clusterUID, operation }: EntryName): string {
  return join(stateFolder, clusterUID, operation);
}

/** File of the local copy: NODE.record, or operation.manifest; both JSON. */
export function recordPath(stateFolder: string, name: EntryName): string {
  const file = name.node === undefined ? 'operation.manifest' : `${name.node}${name.aside}.record`;
  return join(operationFolder(stateFolder, name), file);
}

/** File of the Node as `kubectl create -f` accepts it. */
export function nodePath(stateFolder: string, name: EntryName): string {
  return join(operationFolder(stateFolder, name), `${name.node}${name.aside}.json`);
}
