import { isJournal } from '../../kube/objects/open-notes.ts';
import type { Json, JsonObject, RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { compareText } from '../../model/text.ts';
import { isLock } from '../collections.ts';
import { flannelLeases, prefixOf } from '../flannel-leases.ts';
import { LABELS_READ } from '../keep.ts';
import { isControllerManager } from '../settings/controller-manager.ts';
import { renameTaint, renameTolerations, taintWords } from './redact-taints.ts';
import { hasNamesInTexts, redactOwners, renameTexts, withoutHolder } from './redact-texts.ts';

/** Namespaces that every cluster has: their names say nothing. */
const COMMON = new Set(['kube-system', 'kube-public', 'kube-node-lease', 'kube-flannel', 'default']);

const NODE = 'kubectl-podcidr/node';

/** flanneld's own --etcd-prefix. */
const FLANNEL_PREFIX = '/coreos.com/network';

/**
 * The kept objects of a dump under other names: nodes, pods and namespaces are numbered in the order of their names, so that what
 * is decided by a name stays as it was. Labels go but for those that are read, and who ran an operation. Addresses and subnets
 * stay: they are what is judged.
 */
export function redact(objects: RawObject[]): RawObject[] {
  const nodes = numbered(
    'node',
    objects.filter(({ kind }) => kind === 'Node').map(nameOf),
    objects.flatMap(nodesNamed),
  );
  const pods = objects.filter(({ kind }) => kind === 'Pod');
  const namespaces = numbered(
    'namespace',
    pods.map(namespaceOf).filter((name) => !COMMON.has(name)),
    [],
  );
  const podNames = numbered('pod', pods.map(nameOf), []);
  const machines = numbered('machine', objects.map(machineOf).filter(isTelling), []);
  const uids = new Map(
    objects.filter(({ kind }) => kind === 'Node').map((node) => [uidOf(node), `uid-of-${nodes.get(nameOf(node))}`]),
  );
  const taints = numbered(
    'taint',
    objects
      .flatMap(taintsOf)
      .filter((taint) => !isCommon(taint))
      .flatMap(taintWords),
    [],
  );
  // An event is called by what it is about, with a number behind: HOST.18ea32ac9c219ca4.
  const events = numbered('event', objects.filter(({ kind }) => kind === 'Event').map(nameOf), []);
  const rename = { nodes, namespaces, podNames, machines, uids, taints };
  // Of two that have one name, the node: it is what reports name.
  const words = new Map([...namespaces, ...podsRenamed(pods, rename), ...nodes]);
  return objects.map((object, index) => {
    if (object.kind === 'Node') return redactNode(object, rename);
    if (object.kind === 'Pod') return redactPod(object, rename);
    if (flannelLeases.holds(object)) return redactLease(object);
    if (isOurs(object)) return redactOurs(object, rename, index);
    if (hasNamesInTexts(object)) {
      const called = object.kind === 'Event' ? renamed(object, events.get(nameOf(object)) ?? '') : object;
      return redactOwners(renameTexts(withoutHolder(called, nodes), words), uids);
    }
    return renameTolerations(object, taints);
  });
}

/** Old to new names of pods: kube-controller-manager's go by another rule. */
function podsRenamed(pods: RawObject[], rename: Names): [string, string][] {
  return pods.map((pod) => [nameOf(pod), nameOf(redactPod(pod, rename))]);
}

/** The journal and the lock; other ConfigMaps are those of the cluster's own components. */
function isOurs(object: RawObject): boolean {
  return isJournal(object) || isLock(object);
}

/** A machine id of zeros is none. */
function isTelling(machine: string): boolean {
  return /[^0-]/.test(machine);
}

function machineOf({ kind, status }: RawObject): string {
  return kind === 'Node' ? (asText(asObject(asObject(status).nodeInfo).machineID) ?? '') : '';
}

function uidOf({ metadata }: RawObject): string {
  return asText(asObject(metadata).uid) ?? '';
}

interface Names {
  nodes: ReadonlyMap<string, string>;
  namespaces: ReadonlyMap<string, string>;
  podNames: ReadonlyMap<string, string>;
  /** Machine ids. */
  machines: ReadonlyMap<string, string>;
  uids: ReadonlyMap<string, string>;
  /** Keys and values of an operator's own taints. */
  taints: ReadonlyMap<string, string>;
}

/** `node-01` and so on, as many digits as the last one needs: the order of the names is kept. */
function numbered(word: string, names: string[], more: string[]): Map<string, string> {
  const sorted = [...new Set([...names, ...more])].sort(compareText);
  const digits = String(sorted.length).length;
  return new Map(sorted.map((name, index) => [name, `${word}-${String(index + 1).padStart(digits, '0')}`]));
}

function redactNode(node: RawObject, { nodes, machines, uids, taints: keys }: Names): RawObject {
  const { uid: _uid, resourceVersion: _version, labels, ...metadata } = asObject(node.metadata);
  const uid = uidOf(node);
  const machine = machineOf(node);
  const status = asObject(node.status);
  const { taints, ...spec } = asObject(node.spec);
  const addresses = asList(status.addresses).map(asObject);
  return {
    ...node,
    metadata: {
      ...metadata,
      name: nodes.get(nameOf(node)) ?? '',
      ...(uid === '' ? {} : { uid: uids.get(uid) }),
      labels: labelsRead(asObject(labels)),
    },
    spec: { ...spec, ...(taints === undefined ? {} : { taints: asList(taints).map((one) => renameTaint(one, keys)) }) },
    status: {
      ...status,
      addresses: addresses.filter(({ type }) => typeof type === 'string' && /^(Internal|External)IP$/.test(type)),
      nodeInfo: machine === '' ? {} : { machineID: machines.get(machine) ?? machine },
    },
  };
}

function taintsOf({ kind, spec }: RawObject): Json[] {
  return kind === 'Node' ? asList(asObject(spec).taints) : [];
}

/** Taints of Kubernetes' own controllers and of CNIs; an operator's own tell what the cluster is for, and get other names. */
function isCommon(taint: Json): boolean {
  const key = asText(asObject(taint).key) ?? '';
  return /^((node|node-role|node\.cloudprovider)\.kubernetes\.io|node\.cilium\.io|virtual-kubelet\.io)\//.test(key);
}

function labelsRead(labels: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) =>
      LABELS_READ.some((key) => key.test(name)) ? [[name, value]] : [],
    ),
  );
}

function redactPod(pod: RawObject, { nodes, namespaces, podNames }: Names): RawObject {
  const spec = asObject(pod.spec);
  const node = nodes.get(asText(spec.nodeName) ?? '');
  // Its name tells what it is, where its labels do not.
  const name = isControllerManager(pod) ? `kube-controller-manager-${node ?? 'node'}` : podNames.get(nameOf(pod));
  const namespace = namespaceOf(pod);
  return {
    ...pod,
    metadata: {
      ...asObject(pod.metadata),
      name: name ?? '',
      namespace: namespaces.get(namespace) ?? namespace,
    },
    spec: { ...spec, ...(node === undefined ? {} : { nodeName: node }) },
  };
}

/** Its place in etcd may bear a name of the operator's own. */
function redactLease({ key, ...lease }: RawObject): RawObject {
  const text = asText(key) ?? '';
  const prefix = prefixOf(text);
  return { ...lease, key: prefix === FLANNEL_PREFIX ? text : `/prefix${text.slice(prefix.length)}` };
}

/** The journal and the lock. */
function redactOurs(object: RawObject, { nodes }: Names, index: number): RawObject {
  const { annotations, ...metadata } = asObject(object.metadata);
  const { [NODE]: node, 'kubectl-podcidr/by': by, ...rest } = asObject(annotations);
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(object.kind === 'ConfigMap' ? { name: `kubectl-podcidr-${index}` } : {}),
      annotations: {
        ...rest,
        ...(by === undefined ? {} : { 'kubectl-podcidr/by': 'somebody' }),
        ...(node === undefined ? {} : { [NODE]: nodes.get(asText(node) ?? '') ?? '' }),
      },
    },
  };
}

function nodesNamed({ spec, metadata }: RawObject): string[] {
  const names = [asObject(spec).nodeName, asObject(asObject(metadata).annotations)[NODE]];
  return names.flatMap((name) => asText(name) || []);
}

function renamed(object: RawObject, name: string): RawObject {
  return { ...object, metadata: { ...asObject(object.metadata), name } };
}

function nameOf({ metadata }: RawObject): string {
  return asText(asObject(metadata).name) ?? '';
}

function namespaceOf({ metadata }: RawObject): string {
  return asText(asObject(metadata).namespace) ?? '';
}
