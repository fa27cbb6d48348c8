import type { SurveyNode } from '../../model/survey.ts';

/** A deletionTimestamp cannot be taken back: the Node is going, and its owner waits for that. */
export function refuseDeletion(node: SurveyNode): string | undefined {
  return node.deleting ? 'it is being deleted (deletionTimestamp is set); wait until it is gone' : undefined;
}
