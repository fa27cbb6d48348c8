import type { KubeProxyConfig } from '../../model/cluster-facts.ts';
import type { RawObject } from '../../model/json.ts';
import { asText } from '../../model/read-json.ts';
import type { Collection } from '../collection.ts';
import { dataObject, isConfigMap, keepData, readConfigMaps, sourceOf } from './config-map.ts';

const NAMES = [{ namespace: 'kube-system', name: 'kube-proxy' }];
const KEY = 'config.conf';

/** kube-proxy's configuration as kubeadm keeps it. */
export const kubeProxyConfig: Collection = {
  what: 'ConfigMap kube-system/kube-proxy',
  any: 'ConfigMap kube-system/kube-proxy',
  told: ['ConfigMap'],
  holds: (object) => isConfigMap(object, NAMES),
  read: (wire) => readConfigMaps(wire, NAMES),
  keep: (object) => {
    const { clusterCIDR, detectLocalMode } = dataObject(object, KEY);
    return keepData(object, { [KEY]: { clusterCIDR, detectLocalMode } });
  },
};

/** Undefined where there is none: kube-proxy is set up otherwise, or not there. */
export function readKubeProxyConfig([configMap]: RawObject[]): KubeProxyConfig | undefined {
  if (!configMap) return undefined;
  const { clusterCIDR, detectLocalMode } = dataObject(configMap, KEY);
  return {
    source: `${sourceOf(configMap)} ${KEY}`,
    clusterCIDR: asText(clusterCIDR) ?? '',
    detectLocalMode: asText(detectLocalMode) ?? '',
  };
}
