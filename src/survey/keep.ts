import { keptAnnotations } from '../cni/kept-annotations.ts';
import type { Json, JsonObject, RawObject } from '../model/json.ts';
import { asList, asObject, asText } from '../model/read-json.ts';
import { isFlannelPod, keepContainers } from './pod-state.ts';
import { isControllerManager } from './settings/controller-manager.ts';
import { keptFlags } from './settings/kept-flags.ts';
import { keepNodeArgs, NODE_ARGS } from './settings/node-args.ts';

/** The fields of a Node that the survey reads; labels whole, for -l may ask for any. Marked, so that nobody takes it for a backup. */
export function keepNode({ metadata, spec, status }: RawObject): RawObject {
  const all = asObject(metadata);
  const conditions = asList(asObject(status).conditions).filter((one) =>
    CONDITIONS.includes(asText(asObject(one).type) ?? ''),
  );
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      ...pick(all, [
        'name',
        'uid',
        'resourceVersion',
        'creationTimestamp',
        'deletionTimestamp',
        'finalizers',
        'labels',
      ]),
      annotations: {
        ...keptAnnotations(asObject(all.annotations)),
        ...keptArgs(asObject(all.annotations)),
        [PARTIAL]: 'true',
      },
    },
    spec: {
      ...pick(asObject(spec), ['podCIDR', 'podCIDRs']),
      ...list('taints', asObject(spec).taints, ['key', 'value', 'effect']),
    },
    status: {
      ...list('addresses', asObject(status).addresses, ['type', 'address']),
      capacity: pick(asObject(asObject(status).capacity), ['pods']),
      nodeInfo: pick(asObject(asObject(status).nodeInfo), ['machineID']),
      ...list('conditions', conditions, ['type', 'status', 'reason', 'lastTransitionTime']),
    },
  };
}

/** The arguments of a k3s or rke2 server, as far as they are settings. */
function keptArgs(annotations: JsonObject): JsonObject {
  return Object.fromEntries(
    NODE_ARGS.flatMap((key) => {
      const text = asText(annotations[key]);
      return text === undefined ? [] : [[key, keepNodeArgs(text)]];
    }),
  );
}

/** Labels that are read for more than -l: of the control plane, of CNIs and where their pods run, of nodes without a machine. */
export const LABELS_READ = [
  /^kubernetes\.io\/(os|arch)$/,
  /^node-role\.kubernetes\.io\//,
  /^kube-router\.io\//,
  /^type$/,
  /^eks\.amazonaws\.com\/compute-type$/,
];

/** Annotation of a Node that has some of its fields alone: it can be judged, and not be posted. */
export const PARTIAL = 'kubectl-podcidr/partial';

const CONDITIONS = ['Ready', 'NetworkUnavailable'];

/** The fields of a pod that the survey reads; of the containers, those of flannel and kube-controller-manager, with its flags. */
export function keepPod(pod: RawObject): RawObject {
  const { metadata, spec, status } = pod;
  const { annotations, ownerReferences, ...all } = asObject(metadata);
  const manager = isControllerManager(pod);
  const watched = manager || isFlannelPod(pod);
  const mirror = asText(asObject(annotations)[MIRROR]) === undefined ? {} : { annotations: { [MIRROR]: '' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...pick(all, ['name', 'namespace', 'creationTimestamp', 'deletionTimestamp']),
      ...(watched ? { labels: pick(asObject(all.labels), ['component', 'k8s-app', 'app']) } : {}),
      ...mirror,
      ...list('ownerReferences', ownerReferences, ['kind', 'controller']),
    },
    spec: {
      ...pick(asObject(spec), ['nodeName', 'hostNetwork']),
      ...(manager ? { containers: asList(asObject(spec).containers).map(asObject).map(keepContainer) } : {}),
    },
    status: {
      ...pick(asObject(status), ['phase', 'podIP', 'startTime']),
      ...list('podIPs', asObject(status).podIPs, ['ip']),
      ...(watched ? keepContainers(asObject(status)) : {}),
    },
  };
}

const MIRROR = 'kubernetes.io/config.mirror';

function keepContainer({ name, command, args }: JsonObject): JsonObject {
  return { name, command: keptFlags([...asList(command), ...asList(args)]) };
}

/** Of the journal: what an operation is called, whose it is and how far it got; never what it stored. */
export function keepJournal({ metadata }: RawObject): RawObject {
  const { name, namespace, labels, annotations } = asObject(metadata);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      labels: ours(asObject(labels), ['operation', 'state']),
      annotations: ours(asObject(annotations), ['verb', 'by', 'node', 'step']),
    },
  };
}

/** Of the lock: who holds it until when. */
export function keepLock({ metadata, spec }: RawObject): RawObject {
  const { name, namespace, annotations } = asObject(metadata);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace, annotations: ours(asObject(annotations), ['operation', 'by']) },
    spec: pick(asObject(spec), ['holderIdentity', 'leaseDurationSeconds', 'acquireTime', 'renewTime']),
  };
}

function ours(all: JsonObject, names: string[]): JsonObject {
  return pick(
    all,
    names.map((name) => `kubectl-podcidr/${name}`),
  );
}

function pick(object: JsonObject, names: string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (object[name] === undefined ? [] : [[name, object[name]]])));
}

/** A list of objects with some of their fields; nothing where there is no such list. */
function list(name: string, value: Json | undefined, names: string[]): JsonObject {
  return Array.isArray(value) ? { [name]: value.map((item) => pick(asObject(item), names)) } : {};
}
