import type { Finding } from '../model/finding.ts';
import type { View } from './view.ts';

/** A finding as a check makes it: the runner fills in the code. */
export type Uncoded = Omit<Finding, 'code'>;

/** What a check says: its findings, why it could not be judged, or both where it could be judged in part. */
export type Judgement = { findings: Uncoded[]; skipped?: string | undefined } | { skipped: string };

export type Judge = (view: View) => Judgement;

/** Nothing is wrong. */
export const NONE: Judgement = { findings: [] };

/** Not judged, because a setting is not known; says which flag would give it. */
export function unknown(reason: string, flag: string): { skipped: string } {
  return { skipped: `${reason}; give it with ${flag}` };
}
