import type { OperationRecord, Step } from './operation.ts';

/** The steps of a record that goes forward. */
export const STEP_ORDER: Step[] = [
  'planned',
  'cordoned',
  'drained',
  'detached',
  'swapping',
  'posted',
  'announced',
  'allocated',
  'reowned',
  'settled',
  'restarted',
  'cleaned',
  'renewed',
  'finished',
];

/** True when the record has reached the step, or a later one. */
export function reached(record: Pick<OperationRecord, 'step'>, step: Step): boolean {
  return STEP_ORDER.indexOf(record.step) >= STEP_ORDER.indexOf(step);
}
