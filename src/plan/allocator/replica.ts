import { readCommandLine } from '../../model/command-line.ts';
import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { imageTag } from './version.ts';

const NAME = 'kube-controller-manager';

/** One pod of kube-controller-manager. */
export interface Replica {
  /** In kube-system. */
  pod: string;
  node: string;
  /** Tag of its image. */
  version: string | undefined;
  flags: Map<string, string>;
  /** A static pod of a kubelet, which starts its container again whenever it ends. */
  isStatic: boolean;
  /** Differs between two lives of its container; undefined while none runs. */
  life: string | undefined;
}

/** Reads of a pod what concerns its leadership. */
export function readReplica(raw: RawObject): Replica {
  const metadata = asObject(raw.metadata);
  const spec = asObject(raw.spec);
  const annotations = asObject(metadata.annotations);
  const containers = asList(spec.containers).map(asObject);
  const container = containers.find(({ name }) => name === NAME) ?? containers[0] ?? {};
  const statuses = asList(asObject(raw.status).containerStatuses).map(asObject);
  const status = statuses.find(({ name }) => name === container.name) ?? {};
  const running = asObject(asObject(status.state).running);
  const words = [...asList(container.command), ...asList(container.args)].flatMap((word) => asText(word) ?? []);
  return {
    pod: asText(metadata.name) ?? '',
    node: asText(spec.nodeName) ?? '',
    version: imageTag(asText(container.image) ?? ''),
    flags: readCommandLine(words),
    isStatic:
      asText(annotations['kubernetes.io/config.mirror']) !== undefined &&
      annotations['kubernetes.io/config.source'] === 'file' &&
      spec.restartPolicy === 'Always',
    life: running.startedAt === undefined ? undefined : `${String(status.restartCount)} ${String(running.startedAt)}`,
  };
}

/** A flag that is true or false, as Go reads it (strconv.ParseBool). */
export function isOn({ flags }: Replica, name: string, byDefault: boolean): boolean {
  const text = flags.get(name);
  return text === undefined ? byDefault : /^(1|t|true)$/i.test(text);
}

/**
 * The replica whose process is called `HOSTNAME_UUID` (controllermanager.go: the hostname and a new uuid at each start). A
 * node may have another name than its host: a replica that is alone is meant in any case.
 */
export function leadingReplica(holder: string, replicas: Replica[]): Replica | undefined {
  const host = hostOf(holder);
  const exact = replicas.find(({ node }) => node.toLowerCase() === host);
  const similar = replicas.length === 1 ? replicas : replicas.filter(({ node }) => short(node) === short(host));
  return exact ?? (similar.length === 1 ? similar[0] : undefined);
}

/** A host may be called by its whole name, its node by the first part. */
function short(name: string): string | undefined {
  return name.toLowerCase().split('.')[0];
}

/** The host in the name of a process. */
export function hostOf(holder: string): string {
  return holder.replace(/_[^_]*$/, '').toLowerCase();
}
