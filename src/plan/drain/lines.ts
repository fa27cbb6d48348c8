import { count } from '../../model/text.ts';
import type { DrainVerdict } from './verdict.ts';

/** What draining does to a node, for the plan. Undefined: the node is not drained. */
export function drainLines(node: string, verdict: DrainVerdict | undefined): string[] {
  if (!verdict) return [];
  const { evict, warnings } = verdict;
  const evicted =
    evict.length === 0
      ? 'no pod is evicted'
      : `${count(evict.length, 'pod')} ${evict.length === 1 ? 'is' : 'are'} evicted`;
  return [`${node}: ${evicted}`, ...warnings.map((warning) => `${node}: ${warning}`)];
}
