import type { SurveyNode } from '../model/survey.ts';
import type { CNITrace } from './cni.ts';

const PREFIX = 'node.antrea.io/';

/** antrea: its agent annotates the Node and takes spec.podCIDR(s) when it starts (pkg/agent/agent.go:initK8sNodeLocalConfig). */
export function recogniseAntrea({ annotations }: SurveyNode): CNITrace | undefined {
  const key = Object.keys(annotations).find((name) => name.startsWith(PREFIX));
  if (!key) return undefined;
  const transport = annotations[`${PREFIX}transport-addresses`];
  return { name: 'antrea', follows: 'yes', facts: transport ? [transport] : [] };
}
