import type { SkippedCheck } from '../model/finding.ts';
import { compareText } from '../model/text.ts';
import { escapeLine } from './escape.ts';

/** A reason in its parts: clauses, what the dump lacks, and the flags that would help. */
interface Why {
  clauses: string[];
  lacking: string[];
  flags: string[];
}

const LACKS = /^the dump has no (.+)$/;
const GIVE = /^give it with (--\S+)$/;

/**
 * Checks that could not be judged, one line a reason. All that a dump lacks is one reason, and so is one setting after the other
 * that flags would give: data formats have each check's own.
 */
export function renderSkipped(skipped: SkippedCheck[]): string[] {
  const read = skipped.map(({ code, reason }) => ({ code, ...readReason(reason) }));
  return [...Map.groupBy(read, keyOf).values()].map((group) => {
    const clauses = [...new Set(group.flatMap((one) => one.clauses))];
    const lacking = kindsOf(group.flatMap((one) => one.lacking));
    const flags = [...new Set(group.flatMap((one) => one.flags))];
    const why = [
      ...clauses,
      ...(lacking.length === 0 ? [] : [`the dump has no ${enumerate(lacking, 'or')}`]),
      ...(flags.length === 0 ? [] : [`give ${flags.length === 1 ? 'it' : 'them'} with ${enumerate(flags, 'and')}`]),
    ];
    return `not judged: ${group.map(({ code }) => code).join(', ')} (${escapeLine(why.join('; '))})`;
  });
}

function readReason(reason: string): Why {
  const why: Why = { clauses: [], lacking: [], flags: [] };
  for (const clause of reason.split('; ')) {
    const [lacking, flag] = [LACKS.exec(clause)?.[1], GIVE.exec(clause)?.[1]];
    if (lacking !== undefined) why.lacking.push(...lacking.split(' or '));
    else if (flag !== undefined) why.flags.push(flag);
    else why.clauses.push(clause);
  }
  return why;
}

function keyOf({ clauses, lacking, flags }: Why): string {
  return JSON.stringify([clauses, lacking.length > 0, flags.length > 0]);
}

/** Without what belongs to another of them: where there is no Pod, there is none of any component. */
function kindsOf(lacking: string[]): string[] {
  const kinds = new Set(lacking);
  return [...kinds].filter((kind) => !(kinds.has('Pod') && kind.startsWith('pod of '))).sort(compareText);
}

function enumerate(words: string[], last: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
