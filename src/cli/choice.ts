import { didYouMean } from '../commands/nearest.ts';
import { Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import type { Arguments } from './arguments.ts';
import type { Flags } from './flags/flag.ts';

/** Throws Failure when a flag has a value that is none of its choices, or an empty one. */
export function checkValues(args: Arguments, flags: Flags): void {
  for (const [name, { type, choices }] of Object.entries(flags)) {
    if (type === 'bool') continue;
    for (const value of args.texts(name)) {
      if (choices && !choices.includes(value)) throw notAChoice(name, value, choices);
      if (value === '') throw new Failure(`--${name} needs a value`);
    }
  }
}

function notAChoice(name: string, value: string, choices: readonly string[]): Failure {
  return new Failure(
    `--${name} ${quote(value)} is not known, it must be one of: ${choices.join(', ')}${didYouMean(value, choices)}`,
  );
}
