import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';

/** The controller of a pod: the ownerReference with controller: true. */
export interface Controller {
  apiVersion: string;
  kind: string;
  name: string;
}

/** One pod, as far as draining goes. */
export interface DrainPod {
  namespace: string;
  name: string;
  uid: string;
  hostNetwork: boolean;
  /** A static pod, which the kubelet mirrors. */
  mirror: boolean;
  /** Succeeded or Failed. */
  finished: boolean;
  emptyDir: boolean;
  controller: Controller | undefined;
  /** deletionTimestamp in milliseconds since the epoch. */
  deletedAt: number | undefined;
}

/** Annotation of mirror pods (core/v1 annotation_key_constants.go:MirrorPodAnnotationKey). */
const MIRROR = 'kubernetes.io/config.mirror';

/** Reads of a pod what a drain looks at. */
export function readDrainPod(raw: RawObject): DrainPod {
  const metadata = asObject(raw.metadata);
  const spec = asObject(raw.spec);
  const phase = asText(asObject(raw.status).phase);
  const deletion = asText(metadata.deletionTimestamp);
  return {
    namespace: asText(metadata.namespace) ?? '',
    name: asText(metadata.name) ?? '',
    uid: asText(metadata.uid) ?? '',
    hostNetwork: spec.hostNetwork === true,
    mirror: asText(asObject(metadata.annotations)[MIRROR]) !== undefined,
    finished: phase === 'Succeeded' || phase === 'Failed',
    // As an empty object it is set, too.
    emptyDir: asList(spec.volumes).some((volume) => (asObject(volume).emptyDir ?? null) !== null),
    controller: controllerOf(asList(metadata.ownerReferences).map(asObject)),
    deletedAt: deletion === undefined ? undefined : Date.parse(deletion),
  };
}

/** For words, as kubectl drain names pods: namespace/name. */
export function podName({ namespace, name }: Pick<DrainPod, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** The DaemonSet that manages the pod (filters.go:isControllerRefDaemonSet), as namespace and name. */
export function daemonSetOf({ namespace, controller }: DrainPod): { namespace: string; name: string } | undefined {
  const isDaemonSet = controller?.kind === 'DaemonSet' && controller.apiVersion === 'apps/v1';
  return isDaemonSet ? { namespace, name: controller.name } : undefined;
}

/** kubectl's shouldSkipPod (filters.go): in whole seconds. */
export function isLongDeleted({ deletedAt }: DrainPod, seconds: number, now: number): boolean {
  return seconds > 0 && deletedAt !== undefined && Math.trunc((now - deletedAt) / 1000) > seconds;
}

function controllerOf(references: RawObject[]): Controller | undefined {
  const found = references.find(({ controller }) => controller === true);
  if (!found) return undefined;
  return { apiVersion: String(found.apiVersion), kind: String(found.kind), name: String(found.name) };
}
