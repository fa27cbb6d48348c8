import { derivedAnnotations } from '../cni/derived-annotations.ts';
import type { JsonObject, RawObject } from '../model/json.ts';
import { asObject, asTexts } from '../model/read-json.ts';
import { readableBlocks } from '../subnet/parse.ts';
import { isNotReadyTaint } from './not-ready-taint.ts';

/** Names the operation on a Node that is on its way; taken away when the move is finished. */
export const OPERATION_ANNOTATION = 'kubectl-podcidr/operation';

/** What the server sets itself. A resourceVersion in a POST is answered with 500 after the DELETE has succeeded (store.go:Create). */
const SERVER_FIELDS = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'selfLink',
  'generation',
  'managedFields',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

export interface BodyChanges {
  from: string[];
  to: string[];
  /** Id of the operation; undefined leaves the annotation away. */
  operation: string | undefined;
}

/**
 * The Node to POST: the raw Node with its new subnets. Status, taints, labels and annotations go along, because nothing can
 * patch them in time afterwards (strategy.go:PrepareForCreate keeps status on create). The not-ready taint is left out:
 * admission adds it to every new Node (nodetaint/admission.go).
 */
export function postBody(raw: RawObject, { from, to, operation }: BodyChanges): RawObject {
  const metadata = without(asObject(raw.metadata), SERVER_FIELDS);
  const annotations = derivedAnnotations(asTexts(metadata.annotations), readableBlocks(from), readableBlocks(to));
  const changed = {
    ...without(
      asObject(metadata.annotations),
      annotations.map(({ key }) => key),
    ),
    ...Object.fromEntries(annotations.flatMap(({ key, to: value }) => (value === undefined ? [] : [[key, value]]))),
    ...(operation === undefined ? {} : { [OPERATION_ANNOTATION]: operation }),
  };
  return {
    ...raw,
    metadata: {
      ...without(metadata, ['annotations']),
      ...(Object.keys(changed).length > 0 ? { annotations: changed } : {}),
    },
    spec: specWith(asObject(raw.spec), to),
  };
}

/** The body without our annotation: what a server may prefer that refuses annotations it does not know. */
export function withoutOperation(body: RawObject): RawObject {
  const metadata = asObject(body.metadata);
  const annotations = without(asObject(metadata.annotations), [OPERATION_ANNOTATION]);
  return { ...body, metadata: { ...metadata, annotations } };
}

/** The body without status: the kubelet writes it again within 10 s. */
export function withoutStatus(body: RawObject): RawObject {
  return without(body, ['status']);
}

/** The body with the Ready condition's heartbeat renewed: after a long absence an old one means Unknown and NoExecute at once. */
export function withHeartbeat(body: RawObject, at: string): RawObject {
  const status = asObject(body.status);
  if (!Array.isArray(status.conditions)) return body;
  const conditions = status.conditions.map((condition) =>
    asObject(condition).type === 'Ready' ? { ...asObject(condition), lastHeartbeatTime: at } : condition,
  );
  return { ...body, status: { ...status, conditions } };
}

/** podCIDR must equal podCIDRs[0], or the second family is dropped silently (conversion.go:Convert_v1_NodeSpec_To_core_NodeSpec). */
function specWith(spec: JsonObject, podCIDRs: string[]): JsonObject {
  const rest = without(spec, ['podCIDR', 'podCIDRs', 'taints']);
  const taints = Array.isArray(spec.taints) ? spec.taints.filter((taint) => !isNotReadyTaint(taint)) : undefined;
  return {
    ...(podCIDRs.length > 0 ? { podCIDR: podCIDRs[0], podCIDRs } : {}),
    ...rest,
    ...(taints && taints.length > 0 ? { taints } : {}),
  };
}

function without<T extends JsonObject>(value: T, keys: string[]): T {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key))) as T;
}
