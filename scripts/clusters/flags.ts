/** The name of `--name=value` or `--name`, without dashes; kube-controller-manager also takes underscores. */
export function flagName(flag: string): string {
  return (flag.split('=')[0] ?? '').replace(/^-+/, '').replaceAll('_', '-');
}

/**
 * Joins `--name value` into `--name=value`, so that a flag is one word.
 * Throws when a word belongs to no flag.
 */
export function joinFlagValues(words: string[]): string[] {
  const flags: string[] = [];
  for (const word of words) {
    const last = flags.at(-1);
    if (word.startsWith('-')) flags.push(word);
    else if (last !== undefined && !last.includes('=')) flags[flags.length - 1] = `${last}=${word}`;
    else throw new Error(`${JSON.stringify(word)} is no flag of kube-controller-manager`);
  }
  return flags;
}

/** Ours without those that `theirs` names, then theirs, sorted by name as kubeadm writes a command line. */
export function replaceFlags(ours: string[], theirs: string[]): string[] {
  const replaced = new Set(theirs.map(flagName));
  const kept = ours.filter((flag) => !replaced.has(flagName(flag)));
  return [...kept, ...theirs].sort((a, b) => flagName(a).localeCompare(flagName(b), 'en'));
}

/** The value of the last flag of this name; `true` for a flag without one. */
export function flagValue(flags: string[], name: string): string | undefined {
  const flag = flags.findLast((candidate) => flagName(candidate) === name);
  if (flag === undefined) return undefined;
  const equals = flag.indexOf('=');
  return equals < 0 ? 'true' : flag.slice(equals + 1);
}
