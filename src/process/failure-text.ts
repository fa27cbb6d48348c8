import { ApiError } from '../kube/wire/api-error.ts';
import { WireError } from '../kube/wire/wire-error.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import { escapeLine } from '../render/escape.ts';

/** What the user reads when a command could not be carried out, in kubectl's words where it has some, and the exit code. */
export function failureText(error: unknown): { text: string; code: ExitCode } {
  if (error instanceof Failure) {
    const lines = [`error: ${error.message}`, ...(error.hint === undefined ? [] : [error.hint])];
    return { text: lines.map((line) => `${escapeLine(line)}\n`).join(''), code: error.exitCode };
  }
  if (error instanceof ApiError) return { text: `${escapeLine(error.describe)}\n`, code: EXIT.failed };
  if (error instanceof WireError) {
    const lines = [error.message, ...(error.hint === undefined ? [] : [error.hint])];
    return { text: lines.map((line) => `${escapeLine(line)}\n`).join(''), code: EXIT.failed };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    text: `error: ${escapeLine(message)}\nThis is a fault of kubectl podcidr; please report it.\n`,
    code: EXIT.failed,
  };
}
