import { Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import type { Flags } from './flags/flag.ts';

/**
 * Makes a command line that yargs reads as kubectl would: `-owide` and `-o=wide` become `-o wide`, flags without a value get
 * theirs (`--yes` is `--yes=true`, so that it never takes the next word), a bare --dry-run is --dry-run=client, and
 * `help COMMAND` is `COMMAND --help`. Throws Failure on a value that is neither true nor false where one is needed.
 */
export function kubectlArgv(argv: string[], flags: Flags): string[] {
  const [first, ...rest] = argv;
  if (first === 'help') return rest.length > 0 ? [...rest, '--help=true'] : ['--help=true'];
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  const words = end < 0 ? [] : argv.slice(end);
  const values = new Set(options.flatMap((arg, index) => (takesNext(arg, flags) ? [index + 1] : [])));
  return [...options.flatMap((arg, index) => (values.has(index) ? [arg] : expand(arg, flags))), ...words];
}

/** `-o` or `--output`: the next word is its value, whatever it looks like. */
function takesNext(arg: string, flags: Flags): boolean {
  return Object.entries(flags).some(
    ([name, { type, short }]) =>
      type !== 'bool' && name !== 'dry-run' && (arg === `--${name}` || arg === `-${short ?? name}`),
  );
}

function expand(arg: string, flags: Flags): string[] {
  if (arg === '--dry-run') return ['--dry-run=client'];
  const [, long, given] = /^--([a-z0-9-]+)(?:=(.*))?$/s.exec(arg) ?? [];
  if (long !== undefined) return flags[long]?.type === 'bool' ? [`--${long}=${readBool(`--${long}`, given)}`] : [arg];
  const [, short, rest = ''] = /^-([a-zA-Z])(.*)$/s.exec(arg) ?? [];
  const [name, flag] =
    Object.entries(flags).find(([name, one]) => short !== undefined && (one.short === short || name === short)) ?? [];
  if (name === undefined || flag === undefined) return [arg];
  if (flag.type === 'bool' && rest !== '' && !rest.startsWith('=')) {
    throw new Failure(`-${short} takes no value, got ${quote(arg)}`);
  }
  if (flag.type === 'bool') return [`--${name}=${readBool(`-${short}`, rest === '' ? undefined : rest.slice(1))}`];
  return rest === '' ? [arg] : [`--${name}=${rest.replace(/^=/, '')}`];
}

/** What Go's strconv.ParseBool takes. */
function readBool(flag: string, value: string | undefined): boolean {
  if (value === undefined || ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false;
  throw new Failure(`${flag} is true or false, not ${quote(value)}`);
}
