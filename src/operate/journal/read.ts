import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listConfigMaps } from '../../kube/objects/config-map.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { RawObject } from '../../model/json.ts';
import { isNodeName } from '../../model/node-name.ts';
import type { OperationManifest, OperationRecord } from '../../model/operation.ts';
import { asObject, asTexts } from '../../model/read-json.ts';
import { compareText } from '../../model/text.ts';
import { unpacked } from './cluster.ts';
import { readRecordFile } from './disk.ts';
import { derivedManifest, laterManifest, laterRecord } from './later.ts';
import { type EntryName, isAside, operationFolder } from './names.ts';

/** An operation as the journal knows it, from both places. */
export interface JournaledOperation {
  id: string;
  manifest: OperationManifest;
  /** By node, in the order of the moves; nodes that are not begun have none. */
  records: Map<string, OperationRecord>;
  /** The copies in the cluster, as they were read. */
  configMaps: RawObject[];
  /** Nodes (or `the manifest`) of which no copy can be used. */
  unreadable: string[];
}

export interface ReadJournal {
  /** Oldest first. */
  operations: JournaledOperation[];
  /** Copies that cannot be used, a sentence each. */
  complaints: string[];
}

export interface JournalPlace {
  clusterUID: string;
  stateFolder: string;
  /** One operation; undefined: all. */
  operation: string | undefined;
  /** True: what the server refuses is thrown. Default: it is a complaint, and the disk alone is read. */
  strict?: boolean;
}

/** One copy of one entry. */
interface Copy {
  operation: string;
  /** Undefined: the manifest. */
  node: string | undefined;
  value: RawObject | undefined;
}

/**
 * Reads both places: either alone is enough. Where they differ the later step counts. A copy that cannot be used is a
 * complaint, never guessed. Throws WireError, and with `strict` ApiError.
 */
export async function readJournal(wire: Wire, place: JournalPlace): Promise<ReadJournal> {
  const complaints: string[] = [];
  const [maps, files] = await Promise.all([clusterMaps(wire, place, complaints), fileCopies(place, complaints)]);
  const copies = [...maps.map((map) => mapCopy(map, place, complaints)), ...files];
  const ids = [...new Set(copies.map(({ operation }) => operation))];
  const operations = ids.flatMap((id) =>
    joined(
      id,
      copies.filter(({ operation }) => operation === id),
      maps.filter((map) => labelOf(map) === id),
    ),
  );
  return { operations: operations.sort(oldestFirst), complaints };
}

/** Ids tell seconds only, and a rollback may begin within the second of what it takes back. */
function oldestFirst(a: JournaledOperation, b: JournaledOperation): number {
  return compareText(a.manifest.startedAt, b.manifest.startedAt) || compareText(a.id, b.id);
}

function joined(id: string, copies: Copy[], configMaps: RawObject[]): JournaledOperation[] {
  const records = new Map<string, OperationRecord>();
  let manifest: OperationManifest | undefined;
  for (const { node, value } of copies) {
    if (!value) continue;
    if (node === undefined) manifest = laterManifest(manifest, value as unknown as OperationManifest);
    else records.set(node, laterRecord(records.get(node), value as unknown as OperationRecord));
  }
  const lost = copies.filter(({ node, value }) => !value && node !== undefined && !records.has(node));
  const unreadable = [...new Set(lost.map(({ node }) => `node ${node}`))];
  if (!manifest && copies.some(({ node }) => node === undefined)) unreadable.push('the manifest');
  const whole = manifest ?? derivedManifest([...records.values()]);
  return whole ? [{ id, manifest: whole, records: inOrder(records, whole), configMaps, unreadable }] : [];
}

/** As the operation moves them; what its manifest does not know comes last. */
function inOrder(
  records: ReadonlyMap<string, OperationRecord>,
  { moves }: OperationManifest,
): Map<string, OperationRecord> {
  const names = new Set([...moves.map(({ node }) => node), ...records.keys()]);
  const found = [...names].flatMap((name) => records.get(name) ?? []);
  return new Map(found.map((record) => [record.node, record]));
}

async function clusterMaps(
  wire: Wire,
  { operation, strict }: JournalPlace,
  complaints: string[],
): Promise<RawObject[]> {
  try {
    const selector = `kubectl-podcidr/operation${operation === undefined ? '' : `=${operation}`}`;
    const maps = await listConfigMaps(wire, selector);
    return maps.filter((map) => !isAside(String(asObject(map.metadata).name)));
  } catch (error) {
    if (!(error instanceof ApiError) || strict) throw error;
    complaints.push(`the journal in the cluster cannot be read: ${error.message}`);
    return [];
  }
}

function labelOf({ metadata }: RawObject): string {
  return asTexts(asObject(metadata).labels)['kubectl-podcidr/operation'] ?? '';
}

function mapCopy(map: RawObject, place: JournalPlace, complaints: string[]): Copy {
  const { annotations } = asObject(map.metadata);
  const node = asTexts(annotations)['kubectl-podcidr/node'];
  const operation = labelOf(map);
  const value = usable(() => checked(unpacked(map), { clusterUID: place.clusterUID, operation, node }), complaints);
  return { operation, node, value };
}

async function fileCopies(place: JournalPlace, complaints: string[]): Promise<Copy[]> {
  const root = dirname(operationFolder(place.stateFolder, { ...place, operation: 'x', node: undefined, aside: '' }));
  const operations = place.operation === undefined ? (await entries(root)).filter(isOperation) : [place.operation];
  const found = operations.map(async (operation) => {
    const names = (await entries(join(root, operation))).filter(
      (name) => name.endsWith('.record') || name === 'operation.manifest',
    );
    const all = names.map((name) => fileCopy(join(root, operation, name), operation, name, place, complaints));
    return (await Promise.all(all)).filter((copy) => copy !== undefined);
  });
  return (await Promise.all(found)).flat();
}

/** Undefined for a bare Node's record: a Node may have a name that looks like one, so what is inside decides. */
async function fileCopy(
  path: string,
  operation: string,
  name: string,
  { clusterUID }: JournalPlace,
  complaints: string[],
): Promise<Copy | undefined> {
  const node = name === 'operation.manifest' ? undefined : name.slice(0, -'.record'.length);
  try {
    const value = await readRecordFile(path);
    if (isAside(name) && value.node !== node) return undefined;
    return { operation, node, value: checked(value, { clusterUID, operation, node }) };
  } catch (error) {
    if (isAside(name)) return undefined;
    complaints.push((error as Error).message);
    return { operation, node, value: undefined };
  }
}

/** Not one that was forgotten (`prune`) or anything else. */
function isOperation(name: string): boolean {
  return /^\d{8}-\d{6}-[0-9a-f]{6}$/.test(name);
}

/** Names in a folder; none when it is not there or cannot be read: the other copy is in the cluster. */
async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function usable(read: () => RawObject, complaints: string[]): RawObject | undefined {
  try {
    return read();
  } catch (error) {
    complaints.push((error as Error).message);
    return undefined;
  }
}

/**
 * What was read is of this cluster, and of the operation and the node under whose names it stands: these become names of files. Throws
 * otherwise.
 */
function checked(value: RawObject, { clusterUID, operation, node }: Omit<EntryName, 'aside'>): RawObject {
  if (value.clusterUID !== clusterUID) {
    throw new Error(
      `the journal of operation ${String(value.operation)} belongs to another cluster (${String(value.clusterUID)})`,
    );
  }
  const named = node === undefined || (value.node === node && isNodeName(node));
  if (value.operation === operation && isOperation(operation) && named) return value;
  const what = node === undefined ? 'the manifest' : `the record of node ${node}`;
  throw new Error(`${what} of operation ${operation} is of another: it was edited`);
}
