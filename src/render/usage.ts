import type { SurveyNode, SurveyPod } from '../model/survey.ts';
import { sizeOf } from '../subnet/family.ts';
import { NOT_FOR_PODS, usableAddresses, usedAddresses } from '../subnet/occupancy.ts';
import { readableBlocks } from '../subnet/parse.ts';

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
  return { used: pods && usedAddresses(block, pods), usable: usableAddresses(sizeOf(block.family, block.prefix)) };
}

/** 12/253; ?/253 when pods are not known; beyond 2^53 the usable ones as a power, like 12/2^64. */
export function renderUsage(usage: Usage | undefined): string {
  if (!usage) return '';
  const usable =
    usage.usable > 2n ** 53n ? `2^${(usage.usable + NOT_FOR_PODS).toString(2).length - 1}` : String(usage.usable);
  return `${usage.used ?? '?'}/${usable}`;
}
