import { readLeaderLease } from '../kube/objects/leader-lease.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { Wire } from '../kube/wire/wire.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { nodeName } from '../model/node-name.ts';
import { planReset } from '../plan/reset.ts';
import type { Context } from './context.ts';
import { type MovingArgs, moveNodes } from './move-nodes.ts';

export interface ResetArgs extends MovingArgs {
  /** As written. */
  nodes: string[];
}

/** `reset`: creates Nodes again without a subnet, so that kube-controller-manager gives each one. */
export async function runReset(context: Context, args: ResetArgs): Promise<ExitCode> {
  const names = args.nodes.map(nodeName);
  if (names.length === 0) throw new Failure('name the nodes to reset', { hint: 'kubectl podcidr reset NODE' });
  return moveNodes(context, 'reset', args, async (wire, survey, judgement) => {
    const plan = planReset(survey, names, judgement);
    if (plan.moves.length > 0) await checkLeader(wire, context);
    return { plan, named: true };
  });
}

/** API servers' clocks and the leader's differ a little, in milliseconds. */
const CLOCK_ERROR = 5_000;

/** Throws Failure when nobody leads kube-controller-manager: the Nodes would stay without a subnet. */
async function checkLeader(wire: Wire, { streams }: Context): Promise<void> {
  try {
    const lease = await readLeaderLease(wire);
    const { holder, renewed, duration, date } = lease ?? { holder: '', renewed: 0, duration: 0, date: undefined };
    if (holder !== '' && (date === undefined || date - renewed <= duration + CLOCK_ERROR)) return;
    throw new Failure('nobody leads kube-controller-manager now, so a Node without a subnet would be given none', {
      hint: 'kubectl podcidr reassign gives it a free one itself',
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    streams.err(`Warning: whether kube-controller-manager is alive is not known: ${error.message}\n`);
  }
}
