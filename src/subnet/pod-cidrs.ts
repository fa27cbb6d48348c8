import type { RawObject } from '../model/json.ts';
import { asList, asObject, asText } from '../model/read-json.ts';

/** spec.podCIDRs of a raw Node as written, or [spec.podCIDR] where that list is empty. Empty: no subnet. */
export function podCIDRsOf(node: RawObject): string[] {
  const { podCIDR, podCIDRs } = asObject(node.spec);
  const listed = asList(podCIDRs).flatMap((text) => asText(text) ?? []);
  return listed.length > 0 ? listed : [asText(podCIDR) ?? ''].filter((text) => text !== '');
}
