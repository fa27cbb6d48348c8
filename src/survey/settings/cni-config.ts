import type { CNIConfigs } from '../../cni/installed.ts';
import type { Allocator } from '../../model/cluster-facts.ts';
import type { RawObject } from '../../model/json.ts';
import { asObject, asText, asTexts } from '../../model/read-json.ts';
import type { Collection } from '../collection.ts';
import { dataObject, isConfigMap, keepData, readConfigMaps, sourceOf } from './config-map.ts';

const NAMES = ['cilium-config', 'calico-config', 'antrea-config'].map((name) => ({ namespace: 'kube-system', name }));
const ANTREA = 'antrea-controller.conf';

/** ConfigMaps of CNIs that say who hands out addresses. */
export const cniConfigs: Collection = {
  what: 'the ConfigMaps of cilium, calico and antrea',
  any: 'ConfigMap of cilium, calico or antrea',
  told: ['ConfigMap'],
  holds: (object) => isConfigMap(object, NAMES),
  read: (wire) => readConfigMaps(wire, NAMES),
  keep(object) {
    const { ipam, cni_network_config: network } = asTexts(object.data);
    return keepData(object, {
      ...(ipam === undefined ? {} : { ipam }),
      ...(network === undefined ? {} : { cni_network_config: ipamOf(network) }),
      ...(nodeIPAM(object) ? { [ANTREA]: { nodeIPAM: { enableNodeIPAM: true } } } : {}),
    });
  },
};

/** The ipam mode of cilium and the network configuration of calico, for cni/installed.ts. */
export function readCNIConfigs(configMaps: RawObject[]): CNIConfigs {
  const dataOf = (wanted: string) => asTexts(configMaps.find((one) => asObject(one.metadata).name === wanted)?.data);
  return { 'cilium-config': dataOf('cilium-config'), 'calico-config': dataOf('calico-config') };
}

/** antrea-controller, where its node IPAM is on (docs/antrea-ipam.md: nodeIPAM). */
export function antreaAllocators(configMaps: RawObject[]): Allocator[] {
  return configMaps
    .filter(nodeIPAM)
    .map((configMap) => ({ name: 'antrea-controller', source: `${sourceOf(configMap)} nodeIPAM.enableNodeIPAM` }));
}

function nodeIPAM(configMap: RawObject): boolean {
  return asObject(dataObject(configMap, ANTREA).nodeIPAM).enableNodeIPAM === true;
}

/** Of calico's network configuration, a template and no JSON yet, the type of ipam alone. */
function ipamOf(network: string): string {
  const type = /"type":\s*"(host-local|calico-ipam)"/.exec(network)?.[1];
  return asText(type) === undefined ? '{}' : `{"ipam": {"type": "${type}"}}`;
}
