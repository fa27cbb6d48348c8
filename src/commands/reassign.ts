import type { ExitCode } from '../model/failure.ts';
import type { Context } from './context.ts';
import { type MovingArgs, moveNodes } from './move-nodes.ts';
import { planWanted, readWanted, type WantedArgs } from './wanted-moves.ts';

export type ReassignArgs = WantedArgs & MovingArgs;

/** `reassign`: gives nodes another subnet. Throws Failure for bad input and for a single node that is refused. */
export async function runReassign(context: Context, args: ReassignArgs): Promise<ExitCode> {
  const wanted = await readWanted(context, args);
  return moveNodes(context, 'reassign', args, async (wire, survey, judgement) => ({
    plan: await planWanted(context, wire, survey, wanted, judgement),
    named: wanted.kind === 'wishes',
  }));
}
