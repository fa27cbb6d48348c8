import { Failure } from '../model/failure.ts';
import type { Flags } from './flags/flag.ts';

/**
 * Makes a command line that yargs reads as kubectl would: `-owide` and `-o=wide` become `-o wide`, a bare --dry-run is
 * --dry-run=client (kubectl takes its value after = only), and `help COMMAND` is `COMMAND --help`.
 */
export function kubectlArgv(argv: string[], flags: Flags): string[] {
  const [first, ...rest] = argv;
  if (first === 'help') return rest.length > 0 ? [...rest, '--help'] : ['--help'];
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  const words = end < 0 ? [] : argv.slice(end);
  return [...options.flatMap((arg) => expand(arg, flags)), ...words];
}

function expand(arg: string, flags: Flags): string[] {
  if (arg === '--dry-run') return ['--dry-run=client'];
  const [, name, given] = /^--([a-z0-9-]+)=(.*)$/s.exec(arg) ?? [];
  if (name !== undefined && given !== undefined && flags[name]?.type === 'bool')
    return [`--${name}=${readBool(name, given)}`];
  const [, short, equals, value] = /^-([a-zA-Z])(=?)(.+)$/s.exec(arg) ?? [];
  const takesValue = Object.values(flags).some((flag) => flag.short === short && flag.type !== 'bool');
  if (!short || value === undefined || !takesValue) return [arg];
  return [`-${short}`, equals && value === '' ? '' : value];
}

/** What Go's strconv.ParseBool takes. */
function readBool(name: string, value: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false;
  throw new Failure(`--${name} is true or false, not ${JSON.stringify(value)}`);
}
