import type { KubeadmConfig } from '../../model/cluster-facts.ts';
import type { Json, JsonObject, RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import type { Reading } from '../../model/reading.ts';
import type { Collection } from '../collection.ts';
import { dataObject, isConfigMap, keepData, readConfigMaps, sourceOf } from './config-map.ts';
import { type ControllerManager, controllerManagerOf } from './controller-manager.ts';
import { SETTING_NAMES } from './names.ts';

const NAMES = [{ namespace: 'kube-system', name: 'kubeadm-config' }];
const KEY = 'ClusterConfiguration';

/** What kubeadm keeps to make the control plane's flags from again. */
export const kubeadmConfig: Collection = {
  what: 'ConfigMap kube-system/kubeadm-config',
  any: 'ConfigMap kube-system/kubeadm-config',
  told: ['ConfigMap'],
  holds: (object) => isConfigMap(object, NAMES),
  read: (wire) => readConfigMaps(wire, NAMES),
  keep: (object) => keepData(object, { [KEY]: keepConfiguration(dataObject(object, KEY)) }),
};

/** Undefined where kubeadm did not make the cluster. */
export function readKubeadmConfig([configMap]: RawObject[]): KubeadmConfig | undefined {
  if (!configMap) return undefined;
  const { networking, controllerManager } = dataObject(configMap, KEY);
  const { podSubnet, serviceSubnet } = asObject(networking);
  return {
    source: sourceOf(configMap),
    podSubnet: asText(podSubnet) || undefined,
    serviceSubnet: asText(serviceSubnet) || undefined,
    extraArgs: readExtraArgs(asObject(controllerManager).extraArgs),
  };
}

/** The flags that kubeadm makes of it (cmd/kubeadm/app/phases/controlplane/manifests.go:getControllerManagerCommand). */
export function kubeadmControllerManager(configMaps: Reading<RawObject[]>): Reading<ControllerManager> {
  if (!configMaps.known) return configMaps;
  const config = readKubeadmConfig(configMaps.value);
  if (!config) return { known: false, reason: 'there is no ConfigMap kube-system/kubeadm-config' };
  const { source, podSubnet, serviceSubnet, extraArgs } = config;
  const flags = new Map([
    ...(podSubnet === undefined ? [] : Object.entries({ 'allocate-node-cidrs': 'true', 'cluster-cidr': podSubnet })),
    ...(serviceSubnet === undefined ? [] : Object.entries({ 'service-cluster-ip-range': serviceSubnet })),
    ...extraArgs,
  ]);
  const replica = { name: source, at: KEY, flags };
  return controllerManagerOf(replica, [replica]);
}

/** A map of texts until v1beta3, a list of name and value since v1beta4 (cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go: Arg). */
function readExtraArgs(value: Json | undefined): Map<string, string> {
  const pairs: [Json | undefined, Json | undefined][] = Array.isArray(value)
    ? asList(value).map((item) => [asObject(item).name, asObject(item).value])
    : Object.entries(asObject(value));
  return new Map(
    pairs.flatMap(([name, text]) => {
      const known = asText(name);
      return known === undefined || typeof text === 'object' || text === undefined ? [] : [[known, String(text)]];
    }),
  );
}

function keepConfiguration({ networking, controllerManager }: JsonObject): JsonObject {
  const { podSubnet, serviceSubnet } = asObject(networking);
  const args = readExtraArgs(asObject(controllerManager).extraArgs);
  const kept = SETTING_NAMES.flatMap((name) => {
    const value = args.get(name);
    return value === undefined ? [] : [{ name, value }];
  });
  return { networking: { podSubnet, serviceSubnet }, controllerManager: { extraArgs: kept } };
}
