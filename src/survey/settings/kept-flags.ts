import { readCommandLine } from '../../model/command-line.ts';
import type { Json } from '../../model/json.ts';
import { SETTING_NAMES } from './names.ts';

/** The words of a command line that name a setting, as `--name=value`; all else may hold what is nobody's business. */
export function keptFlags(words: Json[]): string[] {
  const flags = readCommandLine(words.filter((word) => typeof word === 'string'));
  return SETTING_NAMES.flatMap((name) => {
    const value = flags.get(name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
}
