import { Failure } from '../model/failure.ts';
import type { Context } from './context.ts';

/** Throws Failure when the operator must be asked and cannot be. */
export function mustAsk({ streams }: Context, yes: boolean, command: string): void {
  if (yes || streams.inIsTTY) return;
  throw new Failure(`${command} changes the cluster and cannot ask here: the input is no terminal`, {
    hint: ['resume', 'rollback', 'prune'].includes(command)
      ? 'see what it is about with kubectl podcidr operations, then use --yes'
      : 'look at the plan with --dry-run=client, then use --yes',
  });
}

/** Asks on the terminal; everything but y and yes is a no. */
export async function agreed({ prompt }: Context, question: string): Promise<boolean> {
  const answer = await prompt(`\n${question} [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}
