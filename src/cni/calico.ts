import type { JsonObject } from '../model/json.ts';
import { asList, asObject } from '../model/read-json.ts';
import type { Follows } from '../model/surroundings.ts';
import type { SurveyNode } from '../model/survey.ts';
import type { CNITrace } from './cni.ts';

const PREFIX = 'projectcalico.org/';

/** calico: its own IPAM ignores spec.podCIDR; with host-local IPAM (usePodCidr) it follows. The Node does not tell which. */
export function recogniseCalico({ annotations }: SurveyNode): CNITrace | undefined {
  if (!Object.keys(annotations).some((key) => key.startsWith(PREFIX))) return undefined;
  const address = annotations[`${PREFIX}IPv4Address`] ?? annotations[`${PREFIX}IPv6Address`];
  return { name: 'calico', follows: 'unknown', facts: address ? [address] : [] };
}

/**
 * The same by calico-node's pod template and ConfigMap kube-system/calico-config: USE_POD_CIDR, which goes with host-local IPAM,
 * or the ipam of the network configuration. Without the init container install-cni it only enforces policies, and another CNI
 * gives out addresses.
 */
export function calicoFollows(podSpec: JsonObject, config: Record<string, string>): Follows {
  const containers = asList(podSpec.containers).map(asObject);
  const env = containers.flatMap((container) => asList(container.env).map(asObject));
  if (env.some(({ name, value }) => name === 'USE_POD_CIDR' && value === 'true')) return 'yes';
  if (!asList(podSpec.initContainers).some((container) => asObject(container).name === 'install-cni')) return 'unknown';
  const network = config.cni_network_config ?? '';
  if (/"type":\s*"host-local"/.test(network)) return 'yes';
  return /"type":\s*"calico-ipam"/.test(network) ? 'no' : 'unknown';
}
