import type { Block } from '../model/cidr.ts';
import type { SurveyPod } from '../model/survey.ts';
import { readAddress } from './address.ts';
import { holds } from './block.ts';

/** Network, bridge and broadcast address: no pod gets them. */
export const NOT_FOR_PODS = 3n;

/** How many of a node subnet's addresses pods may hold. */
export function usableAddresses(addresses: bigint): bigint {
  return addresses > NOT_FOR_PODS ? addresses - NOT_FOR_PODS : 0n;
}

/** Distinct addresses of the block that these pods hold. */
export function usedAddresses(block: Block, pods: SurveyPod[]): number {
  const used = new Set<bigint>();
  for (const pod of pods) {
    if (pod.hostNetwork || pod.finished) continue;
    for (const text of pod.addresses) {
      const address = readAddress(text);
      if (address && holds(block, address)) used.add(address.value);
    }
  }
  return used.size;
}
