import { hinted } from '../kube/wire/hinted.ts';
import { Failure } from '../model/failure.ts';
import type { Context } from './context.ts';

/**
 * The same context, in which a cluster that cannot be reached is told with the flags that would have made it needless. `missing`:
 * their names without the dashes.
 */
export function tellingFlags(context: Context, missing: string[]): Context {
  const hint = `without a cluster: give ${missing.map((name) => `--${name}`).join(' and ')} too`;
  return {
    ...context,
    async connect(flags) {
      try {
        return hinted(await context.connect(flags), hint);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        throw new Failure(error.message, { hint: joined(error.hint, hint), exitCode: error.exitCode, cause: error });
      }
    },
  };
}

function joined(first: string | undefined, second: string): string {
  return first === undefined ? second : `${first}; ${second}`;
}
