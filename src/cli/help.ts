import { wrap } from '../render/words.ts';
import { CONNECTION_FLAGS } from './flags/connection.ts';
import type { Flag, Flags } from './flags/flag.ts';
import type { Subcommand } from './subcommand.ts';

/** Columns that help may take; kubectl wraps nothing, but a terminal of 80 must not break words. */
const WIDTH = 100;

/** Help of the program: what it is for and its commands. */
export function programHelp(subcommands: Subcommand[]): string {
  const width = Math.max(...subcommands.map(({ name }) => name.length));
  return [
    'See, check and repair the pod subnet (podCIDR) of every node.',
    '',
    'Commands:',
    ...subcommands.map(({ name, summary }) => `  ${name.padEnd(width)}   ${summary}`),
    '',
    'Usage:',
    '  kubectl podcidr COMMAND [flags]',
    '',
    'Use "kubectl podcidr COMMAND --help" for more about a command.',
    '',
  ].join('\n');
}

/** Help of one command: all that it takes. */
export function commandHelp(subcommand: Subcommand): string {
  const { summary, description, examples, flags } = subcommand;
  return [
    description || `${summary}.`,
    ...(examples.length > 0 ? ['', 'Examples:', ...examples.flatMap(example)] : []),
    '',
    'Usage:',
    `  ${usage(subcommand)}`,
    ...(Object.keys(flags).length > 0 ? ['', 'Flags:', ...flagLines(flags)] : []),
    '',
    'Connection flags:',
    ...flagLines(CONNECTION_FLAGS),
    '',
  ].join('\n');
}

/** The command line of a subcommand. */
export function usage({ name, words }: Subcommand): string {
  return ['kubectl podcidr', name, words, '[flags]'].filter((part) => part !== '').join(' ');
}

/** A flag as it is typed: `-o, --output=FORMAT`. */
export function flagText(name: string, { short, value }: Flag): string {
  const long = name.length === 1 ? `-${name}` : `--${name}`;
  return `${short ? `-${short}, ` : ''}${long}${value ? `=${value}` : ''}`;
}

function example([command, does]: [string, string]): string[] {
  return does ? [`  # ${does}`, `  ${command}`] : [`  ${command}`];
}

function flagLines(flags: Flags): string[] {
  const entries = Object.entries(flags).map(([name, flag]) => {
    const text = flagText(name, flag);
    return { text: flag.short || name.length === 1 ? `  ${text}` : `      ${text}`, help: flag.help };
  });
  const indent = Math.max(...entries.map(({ text }) => text.length)) + 3;
  return entries.flatMap(({ text, help }) => {
    const [first = '', ...rest] = wrap(help, WIDTH - indent);
    return [text.padEnd(indent) + first, ...rest.map((line) => ' '.repeat(indent) + line)];
  });
}
