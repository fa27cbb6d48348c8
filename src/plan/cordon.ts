import type { Json, JsonObject, RawObject } from '../model/json.ts';
import type { Cordon } from '../model/operation.ts';
import { asList, asObject, asText } from '../model/read-json.ts';
import { type FieldPath, giveBack, ownersOf } from './managed-fields.ts';

/** With "true" the cluster autoscaler does not remove an empty node (cluster-autoscaler FAQ). */
export const SCALE_DOWN_DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';

/** kube-controller-manager puts it on a cordoned Node (node_lifecycle_controller.go:doNoScheduleTaintingPass). */
const CORDONED_TAINT = 'node.kubernetes.io/unschedulable';

const PATHS: Record<'unschedulable' | 'scaleDownDisabled', FieldPath[]> = {
  unschedulable: [
    ['f:spec', 'f:unschedulable'],
    ['f:spec', 'f:taints'],
  ],
  scaleDownDisabled: [['f:metadata', 'f:annotations', `f:${SCALE_DOWN_DISABLED}`]],
};

/** What cordoning this Node would change, as it is now, and who owns that. */
export function cordonOf(node: RawObject): Cordon {
  const before = disabledValue(node);
  const cordon: Cordon = {
    ...(isUnschedulable(node) ? {} : { unschedulable: false }),
    ...(before === 'true' ? {} : { scaleDownDisabled: before }),
  };
  const owners = ownersOf(asObject(node.metadata).managedFields, pathsOf(cordon));
  return owners.length === 0 ? cordon : { ...cordon, owners };
}

/** Merge patch that cordons the Node; undefined when it is cordoned as it should be. */
export function cordonPatch(node: RawObject): JsonObject | undefined {
  const { unschedulable, scaleDownDisabled } = cordonOf(node);
  if (unschedulable === undefined && scaleDownDisabled === undefined) return undefined;
  return {
    metadata: { annotations: scaleDownDisabled === undefined ? {} : { [SCALE_DOWN_DISABLED]: 'true' } },
    spec: unschedulable === undefined ? {} : { unschedulable: true },
  };
}

/** What of a cordon is put back where the Node stays unschedulable. */
export function keepingUnschedulable({ scaleDownDisabled, owners }: Cordon): Cordon {
  if (scaleDownDisabled === undefined) return {};
  const kept = ownersOf(owners, PATHS.scaleDownDisabled);
  return { scaleDownDisabled, ...(kept.length === 0 ? {} : { owners: kept }) };
}

/** What puts the Node back as it was, for a merge patch. */
export interface Uncordoning {
  annotations: JsonObject;
  spec: JsonObject;
  /** True when neither has anything to put back. */
  nothing: boolean;
}

/**
 * Puts back what cordoning changed; what somebody else has changed meanwhile stays. The taint that follows from it goes in the
 * same write: kube-controller-manager takes it off too, but does not repeat a pass that failed
 * (node_lifecycle_controller.go:doNodeProcessingPassWorker).
 */
export function uncordoning(node: RawObject, cordon: Cordon | undefined): Uncordoning {
  const { unschedulable, scaleDownDisabled } = cordon ?? {};
  const annotations =
    scaleDownDisabled !== undefined && disabledValue(node) === 'true'
      ? { [SCALE_DOWN_DISABLED]: scaleDownDisabled }
      : {};
  const spec = unschedulable === false && isUnschedulable(node) ? { unschedulable: null, ...untainted(node) } : {};
  return { annotations, spec, nothing: Object.keys(annotations).length + Object.keys(spec).length === 0 };
}

/** The Node as it was before it was cordoned. `manager`: the field manager that cordoned it. */
export function uncordonedNode(node: RawObject, cordon: Cordon | undefined, manager: string): RawObject {
  if (!cordon) return node;
  const metadata = asObject(node.metadata);
  const { annotations, spec } = uncordoning(node, cordon);
  const { managedFields } = metadata;
  return {
    ...node,
    metadata: {
      ...metadata,
      annotations: merged(asObject(metadata.annotations), annotations),
      ...(managedFields === undefined ? {} : { managedFields: uncordonedManagers(managedFields, cordon, manager) }),
    },
    spec: merged(asObject(node.spec), spec),
  };
}

/** As a merge patch does it: null takes away. */
function merged(value: JsonObject, patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries({ ...value, ...patch }).filter(([, one]) => one !== null));
}

/** managedFields as if `manager` had never cordoned the Node. */
export function uncordonedManagers(managedFields: Json | undefined, cordon: Cordon, manager: string): JsonObject[] {
  return giveBack(managedFields, manager, pathsOf(cordon), cordon.owners ?? []);
}

function pathsOf({ unschedulable, scaleDownDisabled }: Cordon): FieldPath[] {
  return [
    ...(unschedulable === undefined ? [] : PATHS.unschedulable),
    ...(scaleDownDisabled === undefined ? [] : PATHS.scaleDownDisabled),
  ];
}

function untainted(node: RawObject): JsonObject {
  const taints = asList(asObject(node.spec).taints);
  const others = taints.filter((taint) => {
    const { key, effect } = asObject(taint);
    return key !== CORDONED_TAINT || effect !== 'NoSchedule';
  });
  if (others.length === taints.length) return {};
  return { taints: others.length === 0 ? null : others };
}

/** True for a cordoned Node. */
export function isUnschedulable(node: RawObject): boolean {
  return asObject(node.spec).unschedulable === true;
}

function disabledValue(node: RawObject): string | null {
  return asText(asObject(asObject(node.metadata).annotations)[SCALE_DOWN_DISABLED]) ?? null;
}
