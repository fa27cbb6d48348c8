import type { ExitCode } from '../model/failure.ts';
import { Failure } from '../model/failure.ts';
import { planRestore } from '../plan/restore.ts';
import { readWishes } from '../plan/wish/wish.ts';
import { escapeLine } from '../render/escape.ts';
import type { Context } from './context.ts';
import { readLostNodes } from './lost-nodes.ts';
import { type MovingArgs, moveNodes } from './move-nodes.ts';

export interface RestoreArgs extends MovingArgs {
  filenames: string[];
  /** NODE or NODE=CIDR[,CIDR]; none: every Node of the files that is absent. */
  wishes: string[];
}

/** `restore`: posts Nodes that were lost back, from a dump or a backup. */
export async function runRestore(context: Context, args: RestoreArgs): Promise<ExitCode> {
  if (args.filenames.length === 0) {
    throw new Failure('restore needs the file that has the Node', { hint: 'kubectl podcidr restore -f FILE' });
  }
  const wishes = readWishes(args.wishes, undefined);
  const lost = await readLostNodes(context.streams, args.filenames);
  return moveNodes(context, 'restore', args, async (_wire, survey) => {
    const { plan, dependents, notes } = planRestore(survey, lost, wishes);
    for (const note of notes) context.streams.err(`Warning: ${escapeLine(note)}\n`);
    return { plan, dependents, named: true };
  });
}
