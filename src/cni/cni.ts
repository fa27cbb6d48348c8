import type { SurveyNode } from '../model/survey.ts';

/** Whether pods get their addresses out of spec.podCIDR(s) under a CNI; `unknown` where its own configuration decides. */
export type Follows = 'yes' | 'no' | 'unknown';

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
