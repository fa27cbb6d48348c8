import type { Wire } from '../kube/wire/wire.ts';
import type { Waits } from '../model/clock.ts';
import type { ProgressEvent } from '../model/progress.ts';
import type { Ground } from '../plan/ground.ts';
import type { JournalTools } from './journal/journal.ts';
import type { Leaving } from './leaving.ts';
import type { Outcome } from './runner.ts';

/** What every operation is carried out with. */
export interface Tools extends JournalTools {
  wire: Wire;
  waits: Waits;
  /** For example kubectl-podcidr/0.1.0. */
  tool: string;
  /** user@host. */
  by: string;
  /** Random digits, one process's own. */
  nonce: string;
  ground: Ground;
  /** True once the operator wants to stop: the node in hand is finished, no other is begun. */
  stopping(): boolean;
  /** How the operator leaves at once. */
  leaving: Leaving;
  tell(line: string): void;
  progress(event: ProgressEvent): void;
  /** Called as each move ends. */
  ended(outcome: Outcome): void;
}
