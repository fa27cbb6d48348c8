import { readCommandLine } from '../model/command-line.ts';
import type { JsonObject, RawObject } from '../model/json.ts';
import { asList, asObject, asText } from '../model/read-json.ts';
import type { Follows, InstalledCNI } from '../model/surroundings.ts';
import { calicoFollows } from './calico.ts';
import { ciliumFollows } from './cilium.ts';

/** The CNIs' own ConfigMaps in kube-system, by name; absent ones are empty. */
export interface CNIConfigs {
  'cilium-config': Record<string, string>;
  'calico-config': Record<string, string>;
}

/** DaemonSets by name, as their projects' manifests and the distributions name them. */
const DAEMON_SETS: { daemonSet: RegExp; name: string; follows: Follows }[] = [
  { daemonSet: /^kube-flannel(-ds(-\w+)?)?$/, name: 'flannel', follows: 'yes' },
  { daemonSet: /^(rke2-)?canal$/, name: 'canal', follows: 'yes' },
  { daemonSet: /^kindnet$/, name: 'kindnet', follows: 'yes' },
  { daemonSet: /^kube-router$/, name: 'kube-router', follows: 'yes' },
  { daemonSet: /^antrea-agent$/, name: 'antrea', follows: 'yes' },
  { daemonSet: /^aws-node$/, name: 'aws-vpc-cni', follows: 'no' },
  { daemonSet: /^azure-cn[is](-.*)?$/, name: 'azure-cni', follows: 'no' },
  { daemonSet: /^terway(-eni(ip)?)?$/, name: 'terway', follows: 'no' },
  { daemonSet: /^weave-net$/, name: 'weave', follows: 'no' },
  { daemonSet: /^kube-ovn-cni$/, name: 'kube-ovn', follows: 'no' },
  { daemonSet: /^ovnkube-node$/, name: 'ovn-kubernetes', follows: 'no' },
];

/** The CNIs that DaemonSets of all namespaces show. A DaemonSet that wants no pod does not run. */
export function installedCNIs(daemonSets: RawObject[], configs: CNIConfigs): InstalledCNI[] {
  return daemonSets.filter(runs).flatMap((daemonSet) => {
    const metadata = asObject(daemonSet.metadata);
    const found = recognise(asText(metadata.name) ?? '', daemonSet, configs);
    if (!found) return [];
    const source = `DaemonSet ${asText(metadata.namespace) ?? ''}/${asText(metadata.name) ?? ''}`;
    return [{ name: found.name, follows: found.follows, source }];
  });
}

function recognise(
  daemonSet: string,
  raw: JsonObject,
  configs: CNIConfigs,
): Pick<InstalledCNI, 'name' | 'follows'> | undefined {
  if (daemonSet === 'cilium') return { name: 'cilium', follows: ciliumFollows(configs['cilium-config']) };
  if (daemonSet === 'calico-node') {
    const podSpec = asObject(asObject(asObject(raw.spec).template).spec);
    return { name: 'calico', follows: calicoFollows(podSpec, configs['calico-config']) };
  }
  const found = DAEMON_SETS.find((one) => one.daemonSet.test(daemonSet));
  return found && keepsInEtcd(raw) ? { ...found, follows: 'no' } : found;
}

/** flannel with --etcd-endpoints hands out subnets itself, and leaves spec.podCIDR alone (pkg/subnet/etcd). */
function keepsInEtcd({ spec }: JsonObject): boolean {
  const containers = asList(asObject(asObject(asObject(spec).template).spec).containers).map(asObject);
  return containers.some(({ command, args }) => {
    const words = [...asList(command), ...asList(args)].filter((word) => typeof word === 'string');
    return readCommandLine(words).has('etcd-endpoints');
  });
}

/** False once its controller has looked at it and found no node for it. */
function runs({ status }: RawObject): boolean {
  const { observedGeneration, desiredNumberScheduled } = asObject(status);
  return observedGeneration === undefined || desiredNumberScheduled !== 0;
}
