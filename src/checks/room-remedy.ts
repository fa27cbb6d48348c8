import type { Finding } from '../model/finding.ts';
import { overlaps } from '../subnet/block.ts';
import { type CountedPool, countPools } from './pool.ts';
import { judgePoolExhausted } from './pool-exhausted.ts';
import type { View } from './view.ts';

const REASSIGN = 'kubectl podcidr reassign ';

/**
 * Where a pool has no free subnet, a node can be given one only if others give theirs up. Of the findings that say to reassign
 * nodes, those that this leaves without a subnet say first what PoolExhausted says. Other findings stay as they are.
 */
export function roomFirst<T extends Pick<Finding, 'remedy'>>(findings: T[], view: View): T[] {
  const movers = new Set(findings.flatMap(({ remedy }) => movedBy(remedy)));
  const cure = movers.size === 0 ? undefined : whatMakesRoom(view);
  if (cure === undefined) return findings;
  const full = poolsOf(view).filter(({ free }) => free === 0n);
  const holdings = view.holdings.filter(({ node }) => !movers.has(node.name));
  const free = new Map(poolsOf({ ...view, holdings }).map((pool) => [pool.cluster, pool.free]));
  const lacksRoom = (names: string[]) =>
    full.some((pool) => {
      const room = free.get(pool.cluster) ?? 0n;
      return room === 0n || (room < BigInt(movers.size) && !names.some((name) => holdsOf(pool, view, name)));
    });
  return findings.map((finding) => {
    const names = movedBy(finding.remedy);
    if (names.length === 0 || !lacksRoom(names)) return finding;
    const makers = movedBy(cure);
    if (makers.length === 0) return { ...finding, remedy: `${cure}  # no subnet is free: make room first` };
    const own = names.every((name) => makers.includes(name));
    return own ? finding : { ...finding, remedy: `${finding.remedy}  # after ${cure}, which makes room` };
  });
}

function movedBy(remedy: string): string[] {
  return remedy.startsWith(REASSIGN) ? (remedy.slice(REASSIGN.length).split('  # ')[0] ?? '').split(' ') : [];
}

function whatMakesRoom(view: View): string | undefined {
  const judgement = judgePoolExhausted(view);
  return 'findings' in judgement ? judgement.findings[0]?.remedy : undefined;
}

function poolsOf(view: View): CountedPool[] {
  const pools = countPools(view);
  return 'skipped' in pools ? [] : pools;
}

/** What it gives up it can have again. */
function holdsOf({ cluster }: CountedPool, { byName }: View, name: string): boolean {
  return byName.get(name)?.subnets.some(({ block }) => block && overlaps(block, cluster)) === true;
}
