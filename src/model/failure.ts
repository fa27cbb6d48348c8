/** Exit codes of every command (a contract). */
export const EXIT = { fine: 0, problems: 1, failed: 2, unfinished: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * An expected failure: bad input, or something the cluster or the machine refuses.
 * `message` is one line without a stack, printed after "error: "; `hint`, if given, is a second line: the next thing to do.
 * The one class of this room: every room may throw it, only the entry turns it into an exit code.
 */
export class Failure extends Error {
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, options: { hint?: string; exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}
