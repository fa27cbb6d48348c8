import type { Context } from './context.ts';

/** Asks on the terminal; everything but y and yes is a no. */
export async function confirm({ prompt }: Context, nodes: number): Promise<boolean> {
  const answer = await prompt(`\nReassign ${nodes === 1 ? 'this node' : `these ${nodes} nodes`}? [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}
