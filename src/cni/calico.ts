import type { SurveyNode } from '../model/survey.ts';
import type { CNITrace } from './cni.ts';

const PREFIX = 'projectcalico.org/';

/** calico: its own IPAM ignores spec.podCIDR; with host-local IPAM (usePodCidr) it follows. The Node does not tell which. */
export function recogniseCalico({ annotations }: SurveyNode): CNITrace | undefined {
  if (!Object.keys(annotations).some((key) => key.startsWith(PREFIX))) return undefined;
  const address = annotations[`${PREFIX}IPv4Address`] ?? annotations[`${PREFIX}IPv6Address`];
  return { name: 'calico', follows: 'unknown', facts: address ? [address] : [] };
}
