import { countPools } from './pool.ts';
import { judgePoolExhausted } from './pool-exhausted.ts';
import type { View } from './view.ts';

const REASSIGN = 'kubectl podcidr reassign ';

/**
 * Puts what makes room in the place of a command that reassigns nodes, where a pool has no free subnet for them, not even when
 * they give theirs up. Other remedies stay as they are.
 */
export function roomFirst(view: View): (remedy: string) => string {
  let cure: string | undefined;
  let isJudged = false;
  return (remedy) => {
    if (!remedy.startsWith(REASSIGN)) return remedy;
    // Counting is for those who are told to move: mostly nobody is.
    if (!isJudged) cure = whatMakesRoom(view);
    isJudged = true;
    return cure === undefined || hasRoom(view, namesIn(remedy))
      ? remedy
      : `${cure}  # no subnet is free: make room in the cluster CIDR first`;
  };
}

function whatMakesRoom(view: View): string | undefined {
  const judgement = judgePoolExhausted(view);
  return 'findings' in judgement ? judgement.findings[0]?.remedy : undefined;
}

function hasRoom(view: View, names: ReadonlySet<string>): boolean {
  const pools = countPools({ ...view, holdings: view.holdings.filter(({ node }) => !names.has(node.name)) });
  return 'skipped' in pools || pools.every(({ free }) => free > 0n);
}

function namesIn(remedy: string): ReadonlySet<string> {
  const [command = ''] = remedy.slice(REASSIGN.length).split('  # ');
  return new Set(command.split(' '));
}
