import type { Wire } from '../kube/wire/wire.ts';
import type { Clock, Waits } from '../model/clock.ts';
import type { ConnectionFlags } from '../model/connection.ts';

/** Where text goes and comes from. `out` is data, `err` is words. Neither adds a line end. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
  /**
   * Keeps what `line` returns for a terminal of so many columns at its bottom, under all other text, until another line or none
   * is given. It is asked again and again; undefined: the terminal is not to be touched just now. Nothing without a terminal.
   */
  status(line: ((columns: number) => string | undefined) | undefined): void;
  readonly inIsTTY: boolean;
  readonly errIsTTY: boolean;
  /** Width of the terminal that `out` goes to; undefined when it goes elsewhere. */
  readonly columns: number | undefined;
  /** Resolves when all of `out` has been taken, however slow the reader is. Throws Failure when it was not: a full disk. */
  written(): Promise<void>;
  /** Piece by piece, so that one without an end can be left. */
  readStdin(): AsyncIterable<Buffer>;
}

/** Holds signals back while a Node is absent, and tells the steps that the operator wants to stop. */
export interface Signals {
  /** The first signal since the operation began, undefined while there is none. */
  readonly caught: string | undefined;
  /**
   * From here on signals are only noted (SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGTSTP); the returned function ends that. `again` is
   * called at each but the first that asks to end (SIGINT, SIGTERM, SIGQUIT). `first`: what is said and done at the first;
   * default: the node in hand is finished.
   */
  hold(again: (signal: string) => void, first?: { says: string; run(signal: string): void }): () => void;
}

/** All that a command gets from outside. Composed by the entry file; tests compose their own. */
export interface Context {
  readonly env: Record<string, string | undefined>;
  readonly streams: Streams;
  readonly clock: Clock;
  readonly waits: Waits;
  readonly signals: Signals;
  /** Version of this program, for example 0.1.0. */
  readonly version: string;
  /** Who runs this program, for other operators: user@host. */
  readonly identity: string;
  /** This process among those of this machine. */
  readonly process: { pid: number; runs(pid: number): boolean };
  /** Random hexadecimal digits. */
  random(digits: number): string;
  /** Asks on the terminal; resolves with the line typed, '' at end of input. */
  prompt(question: string): Promise<string>;
  /** Opens the way to the API server that the flags and kubeconfig name. Nothing is sent yet. Throws Failure. */
  connect(flags: ConnectionFlags): Promise<Wire>;
}
