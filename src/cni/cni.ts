import type { Follows } from '../model/surroundings.ts';
import type { SurveyNode } from '../model/survey.ts';

/** What a node's annotations and labels say about the CNI that runs on it. */
export interface CNITrace {
  /** flannel, calico, … */
  name: string;
  follows: Follows;
  /** A few words for one table cell, without the name: backend, address. */
  facts: string[];
}

/** How one CNI is recognised: undefined when the node does not show it. */
export type RecogniseCNI = (node: SurveyNode) => CNITrace | undefined;
