import type { OperationRecord } from '../../model/operation.ts';
import { shellWord } from '../../model/text.ts';
import { byHand } from '../../plan/allocator/by-hand.ts';
import type { Replica } from '../../plan/allocator/replica.ts';
import { judgeAllocator } from '../../plan/allocator/verdict.ts';
import { Left } from '../leaving.ts';
import { reached } from '../work.ts';
import { lookAtAllocator } from './look.ts';
import { type AllocatorTools, followRestart, type RestartOutcome, restartLeader } from './restart.ts';

/** Looks until another process leads at each: then something else restarts it. */
const MOST_LOOKS = 3;

/**
 * What became of the allocator. `left`: the lines say what is left to the operator, and why; `stopped`: the operator wanted to
 * stop before it was restarted, a later run goes on.
 */
export interface AllocatorOutcome {
  state: 'not needed' | 'restarted' | 'left' | 'stopped';
  /** For the operator, a line each; commands are indented. */
  lines: string[];
}

/**
 * Makes sure, once after all moves of an operation, that kube-controller-manager hands out no subnet in use: up to 1.31.3 its
 * leader must start again when a subnet was shared or patched into an empty Node. It is restarted at most once, and only
 * where it comes back by itself. May be killed at any time and run again. Never throws for what a server does: the nodes have
 * moved, and what fails here is left to the operator.
 */
export async function settleAllocator(
  tools: AllocatorTools,
  { mode, records }: { mode: 'auto' | 'never'; records: OperationRecord[] },
): Promise<AllocatorOutcome> {
  const endangered = endangeredNodes(records);
  const [operation] = records.map((record) => record.operation);
  if (endangered.length === 0 || operation === undefined) return { state: 'not needed', lines: [] };
  let lines = byHand({ endangered, elects: true });
  try {
    // What another run, or an earlier one of this operation, has begun is finished first.
    const earlier = await followRestart(tools);
    if (earlier?.operation === operation && earlier.outcome === 'restarted') return RESTARTED;
    for (let attempt = 1; attempt <= MOST_LOOKS; attempt += 1) {
      const verdict = judgeAllocator(await lookAtAllocator(tools), endangered, mode);
      lines = verdict.lines;
      if (verdict.deed === 'nothing') return { state: 'not needed', lines };
      if (verdict.deed === 'leave') return { state: 'left', lines };
      if (tools.stopping()) return { state: 'stopped', lines };
      const { leader, holder } = verdict;
      const which = leader.version === undefined ? '' : ` ${leader.version}`;
      tools.tell(
        `Restarting kube-controller-manager${which} on ${leader.node}, so that it reads which subnets are in use: about 15 s`,
      );
      const ended = await restartLeader(tools, leader, holder, operation);
      if (ended?.outcome === 'restarted') return RESTARTED;
      if (ended?.outcome === 'stopped') return { state: 'stopped', lines };
      if (ended) return { state: 'left', lines: [...WARNINGS[ended.outcome](leader, tools), ...lines] };
    }
    return { state: 'left', lines };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof Left) return { state: 'stopped', lines: [] };
    return { state: 'left', lines: [`kube-controller-manager was not restarted: ${error.message}`, ...lines] };
  }
}

const RESTARTED: AllocatorOutcome = {
  state: 'restarted',
  lines: ['kube-controller-manager was restarted, so that it reads which subnets are in use'],
};

const WARNINGS: Record<
  Exclude<RestartOutcome, 'restarted' | 'stopped'>,
  (leader: Replica, tools: AllocatorTools) => string[]
> = {
  'not exited': (_, { waits }) => [
    `Warning: kube-controller-manager did not exit in ${Math.ceil(waits.leaderExit / 1000)} s; its lease was put back`,
  ],
  'not led': ({ pod }, { waits }) => [
    `Warning: nobody leads kube-controller-manager after ${Math.ceil(waits.leaderHeld / 1000)} s, see why:`,
    '  kubectl -n kube-system get pods -o wide -l component=kube-controller-manager',
    `  kubectl -n kube-system logs ${shellWord(pod)} --previous`,
  ],
};

/** Nodes whose subnets the allocator takes for free, for all that it knows. */
function endangeredNodes(records: OperationRecord[]): string[] {
  const names = records.flatMap((record) => {
    if (record.method === 'patch') return reached(record, 'posted') ? [record.node] : [];
    const filled = record.filled ? [record.node] : [];
    return reached(record, 'swapping') ? [...filled, ...record.survivors.map(({ node }) => node)] : [];
  });
  return [...new Set(names)].sort();
}
