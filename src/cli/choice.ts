import { didYouMean } from '../commands/nearest.ts';
import { Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import type { Arguments } from './arguments.ts';
import type { Flags } from './flags/flag.ts';

/** Throws Failure when a flag has a value that is none of its choices, or an empty one. */
export function checkValues(args: Arguments, flags: Flags): void {
  for (const [name, { type, choices, templates = [], anyCase }] of Object.entries(flags)) {
    if (type === 'bool') continue;
    for (const value of args.texts(name)) {
      const word = anyCase ? value.toLowerCase() : value;
      if (choices && !choices.includes(word) && !isTemplate(value, templates))
        throw notAChoice(name, value, choices, templates);
      if (value === '') throw new Failure(`--${name} needs a value`);
    }
  }
}

/** Also without anything behind its name: then the command says what is missing. */
function isTemplate(value: string, templates: readonly string[]): boolean {
  return templates.some((one) => value === one || value.startsWith(`${one}=`));
}

function notAChoice(name: string, value: string, choices: readonly string[], templates: readonly string[]): Failure {
  const all = [...choices, ...templates.map((one) => `${one}=…`)].join(', ');
  const [word = ''] = value.split('=');
  const nearest = didYouMean(word, [...choices, ...templates]);
  return new Failure(`--${name} ${quote(value)} is not known, it must be one of: ${all}${nearest}`);
}
