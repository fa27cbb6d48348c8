import type { Json } from '../model/json.ts';
import { asObject } from '../model/read-json.ts';

/** True for the taint that admission puts on every new Node (plugin/pkg/admission/nodetaint/admission.go). */
export function isNotReadyTaint(taint: Json): boolean {
  const { key, effect } = asObject(taint);
  return key === 'node.kubernetes.io/not-ready' && effect === 'NoSchedule';
}
