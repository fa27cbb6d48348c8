import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/lib/places.ts';
import { type Ran, run } from '../../scripts/lib/processes.ts';

/** The executable under test, as `npm run build` leaves it. */
export const PROGRAM: string = join(ROOT, 'dist/kubectl-podcidr');
if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} was not found: run npm run build first`);

/** Runs the executable with exactly this environment: nothing of ours is inherited, and no PATH leads to Node. */
export function program(args: string[], env: Record<string, string> = {}): Promise<Ran> {
  return run(PROGRAM, args, { env });
}
