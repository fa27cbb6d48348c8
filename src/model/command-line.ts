/** Flags that need no value: `--x` alone is `--x=true`, and a word after it is not its value (pflag: NoOptDefVal). */
const SWITCHES = new Set(['allocate-node-cidrs', 'leader-elect']);

/**
 * The flags of a command line as pflag reads them: `--name=value` or `--name value`, underscores are dashes
 * (component-base/cli/flag:WordSepNormalizeFunc), the last one wins, nothing is a flag after `--`.
 */
export function readCommandLine(words: string[]): Map<string, string> {
  const flags = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--') break;
    const match = /^--([^=]+)(=([\s\S]*))?$/.exec(word);
    if (!match) continue;
    const name = (match[1] ?? '').replaceAll('_', '-');
    if (match[2] !== undefined) flags.set(name, match[3] ?? '');
    else if (SWITCHES.has(name)) flags.set(name, 'true');
    else if (words[index + 1] !== undefined && !words[index + 1]?.startsWith('--'))
      flags.set(name, words[++index] ?? '');
    else flags.set(name, 'true');
  }
  return flags;
}
