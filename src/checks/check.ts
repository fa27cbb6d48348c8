import type { Finding } from '../model/finding.ts';
import type { View } from './view.ts';

/** What a check says: its findings, or why it could not be judged. A finding's code is filled in by the runner. */
export type Judgement = { findings: Omit<Finding, 'code'>[] } | { skipped: string };

export type Judge = (view: View) => Judgement;

/** Nothing is wrong. */
export const NONE: Judgement = { findings: [] };

/** Not judged, because a setting is not known; says which flag would give it. */
export function unknown(reason: string, flag: string): { skipped: string } {
  return { skipped: `${reason}; give it with ${flag}` };
}
