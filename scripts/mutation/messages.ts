/** What the worker is given when it starts. */
export interface WorkerData {
  /** Test files below the checkout, in the order in which they are loaded. */
  testFiles: string[];
  /** Mutated TypeScript by file URL. */
  sources: ReadonlyMap<string, string>;
  /**
   * `peace`: load all, run each test once without a mutant, then wait for orders; `again`: the same without the run;
   * a number: switch on this mutant before anything is loaded, and run until a test fails.
   */
  task: 'peace' | 'again' | number;
}

/** One test of the run in peace. */
export interface TestSeen {
  file: string;
  title: string;
  /** Of this thread's processor: what else the machine does is no matter. */
  milliseconds: number;
  /** How often it came by a mutant. */
  steps: number;
  /** Numbers of the mutants that it came by, each once. */
  reached: number[];
}

/** To the worker: run these tests, by their numbers, with this mutant until one fails. */
export interface Order {
  mutant: number;
  tests: { index: number; mostSteps: number }[];
}

/** From the worker. */
export type Report =
  /** After loading and the run in peace, if there was one. `loading`: mutants reached while modules were loaded. */
  | { kind: 'ready'; tests: TestSeen[]; loading: number[] }
  | { kind: 'failed'; test: string; why: string }
  /** `polluted`: the test fails now without the mutant too; `endless`: it was ended because it took too many steps. */
  | { kind: 'killed'; by: string; polluted: boolean; endless: boolean }
  | { kind: 'survived' };
