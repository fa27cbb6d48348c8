import type { Unlisted } from '../kube/discovery.ts';

/** Why it cannot be told what a Node owns: the first kind with its reason, and how many more there are. Undefined: it can. */
export function whyUntold([first, ...others]: Unlisted[]): string | undefined {
  if (!first) return undefined;
  const more = others.length > 0 ? ` and ${others.length} more kinds` : '';
  return `${first.what}: ${first.why}${more}`;
}

/** The kinds alone. */
export function kindsOf(unlisted: Unlisted[]): string {
  return unlisted.map(({ what }) => what).join(', ');
}
