import { recogniseCNI } from '../../cni/recognise.ts';
import type { Follows, InstalledCNI, Surroundings } from '../../model/surroundings.ts';
import type { SurveyNode } from '../../model/survey.ts';

/** The CNI that gives a node's pods their addresses, as far as it can be told, and where that was seen. */
export interface PodNetwork {
  /** Undefined: no CNI that we know. */
  name: string | undefined;
  follows: Follows;
  source: string;
}

/**
 * What the node itself shows decides; where it leaves that open, the CNIs that run in the cluster do: one that follows
 * spec.podCIDR beside one that only enforces policies gives out the addresses.
 */
export function podNetwork(node: SurveyNode, cnis: Surroundings['cnis'] | undefined): PodNetwork {
  const trace = recogniseCNI(node);
  if (trace && trace.follows !== 'unknown') return { ...trace, source: 'annotations of its Node' };
  const installed = cnis?.known ? cnis.value : [];
  const decisive = pick(installed, 'yes') ?? pick(installed, 'no');
  const unknown = pick(installed, 'unknown');
  // Of several, one that we cannot judge may be the one that counts.
  if (decisive && !(decisive.follows === 'no' && unknown)) return decisive;
  if (trace) return { ...trace, source: 'annotations of its Node' };
  return unknown ?? { name: undefined, follows: 'unknown', source: '' };
}

function pick(cnis: InstalledCNI[], follows: Follows): InstalledCNI | undefined {
  return cnis.find((one) => one.follows === follows);
}

/** Where the CNI ignores spec.podCIDR another subnet changes nothing: a Node must not be deleted for that. */
export function refuseIgnoringCNI(node: SurveyNode, cnis: Surroundings['cnis'] | undefined): string | undefined {
  const { name, follows, source } = podNetwork(node, cnis);
  if (follows !== 'no') return undefined;
  return `${name} gives its pods their addresses and ignores spec.podCIDR (${source}): another subnet would change nothing`;
}
