import type { Discovery } from '../kube/discovery.ts';
import type { NodeWatch } from '../kube/node-watch.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { Clock, Waits } from '../model/clock.ts';
import type { OperationChoices, OperationRecord, Step } from '../model/operation.ts';
import type { ProgressEvent } from '../model/progress.ts';
import type { Ground } from '../plan/ground.ts';
import type { Journal } from './journal/journal.ts';
import type { Leaving } from './leaving.ts';
import type { Lock } from './lock/lock.ts';

export { reached } from '../model/step-order.ts';

/** What every step of an operation works with. */
export interface Work {
  /** Checks the lock before each write. */
  wire: Wire;
  lock: Lock;
  journal: Journal;
  clock: Clock;
  waits: Waits;
  watch: NodeWatch;
  discovery: Discovery;
  ground: Ground;
  choices: OperationChoices;
  /** When the kubelets of moved nodes had last renewed their Lease, by node: the next renewal shows that they live on. */
  heartbeats: Map<string, string>;
  /** Subnets that later moves of the plan are to have: never given to this one instead. */
  reserved: string[];
  /** Random digits, one process's own. */
  nonce: string;
  /** True once the operator wants to stop: waits that are not vital end. */
  stopping(): boolean;
  /** Shut while the Node is or may be absent. */
  leaving: Leaving;
  progress(event: ProgressEvent): void;
  /** A line for the operator, on stderr. */
  tell(line: string): void;
}

/** One step of a move. Steps are driven by the journal's record alone, so that another process can go on from it. */
export interface StepDefinition {
  /** The step that the record has reached once this one has run. */
  name: Step;
  isDone(record: OperationRecord): boolean;
  /** False: doing it again costs less than another record; the next one that is stored tells of it. Default: true. */
  stored?: boolean;
  /** True when the operator chose to do without it: it is not run, and nothing is stored for it. */
  isLeftOut?(choices: OperationChoices): boolean;
  /** Returns the record as it is to be stored. Throws Failure, ApiError, WireError; may be run again after that. */
  run(record: OperationRecord, work: Work): Promise<OperationRecord>;
  /** Takes back what `run` did while the old Node is still there. */
  undo?(record: OperationRecord, work: Work): Promise<void>;
}
