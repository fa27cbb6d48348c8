import type { Block } from '../model/cidr.ts';
import type { SurveyNode, SurveyPod } from '../model/survey.ts';
import { readAddress } from '../subnet/address.ts';
import { holds } from '../subnet/block.ts';
import { readableBlocks } from '../subnet/parse.ts';

/** Network, bridge and broadcast address: no pod gets them. */
const RESERVED = 3n;

export interface Usage {
  /** Distinct addresses of the subnet that pods hold; undefined when pods are not known. */
  used: number | undefined;
  /** Addresses that pods may hold. */
  usable: bigint;
}

/** How full a node's subnet is: its IPv4 one, or its first where it has none; undefined when it has no readable subnet. */
export function usageOf(node: SurveyNode, pods: SurveyPod[] | undefined): Usage | undefined {
  const blocks = readableBlocks(node.podCIDRs);
  const block = blocks.find(({ family }) => family === 'IPv4') ?? blocks[0];
  if (!block) return undefined;
  const total = block.last - block.first + 1n;
  return { used: pods && countIn(block, pods), usable: total > RESERVED ? total - RESERVED : 0n };
}

function countIn(block: Block, pods: SurveyPod[]): number {
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

/** 12/253; ?/253 when pods are not known; beyond 2^53 the usable ones as a power, like 12/2^64. */
export function renderUsage(usage: Usage | undefined): string {
  if (!usage) return '';
  const usable =
    usage.usable > 2n ** 53n ? `2^${(usage.usable + RESERVED).toString(2).length - 1}` : String(usage.usable);
  return `${usage.used ?? '?'}/${usable}`;
}
