import type { Reading } from '../model/reading.ts';
import { configsInForce } from './subnet-outside-cni-network.ts';
import type { View } from './view.ts';

/** What is to be done where a flag of kube-controller-manager is wrong: it stands on hosts, no command of kubectl reaches it. */
export function setFlags(flags: string[]): string {
  return `set ${flags.join(' and ')} of kube-controller-manager (kubeadm: /etc/kubernetes/manifests/kube-controller-manager.yaml)`;
}

/**
 * The cluster CIDR, or where kube-controller-manager has none flannel's Network, which the nodes' subnets must be taken from all
 * the same. One text, or none.
 */
export function clusterCIDROf(view: View): string[] {
  const { clusterCIDRs, allocateNodeCIDRs } = view.survey.settings;
  if (clusterCIDRs.known) return [clusterCIDRs.value.map(({ block }) => block.text).join(',')];
  if (!allocateNodeCIDRs.known || allocateNodeCIDRs.value) return [];
  const [config] = configsInForce(view);
  return config && config.networks.length > 0 ? [config.networks.map(({ block }) => block.text).join(',')] : [];
}

const COMMAND = /^kubectl podcidr (?:reassign|capacity) /;

/** A command that rests on the settings, with the settings that it could not read by itself: they were given to us, or are flannel's. */
export function withSettings(remedy: string, view: View): string {
  const [command] = COMMAND.exec(remedy) ?? [];
  if (command === undefined) return remedy;
  const flags = settingFlags(view);
  return flags.length === 0 ? remedy : `${command}${flags.join(' ')} ${remedy.slice(command.length)}`;
}

function settingFlags(view: View): string[] {
  const { clusterCIDRs, nodeMasks, serviceCIDRs } = view.survey.settings;
  const isGiven = (reading: Reading<unknown>) => reading.known && reading.source.startsWith('flag ');
  const blocks = serviceCIDRs.known ? serviceCIDRs.value.map(({ text }) => text) : [];
  return [
    ...(isGiven(clusterCIDRs) || !clusterCIDRs.known
      ? clusterCIDROf(view).map((text) => `--cluster-cidr=${text}`)
      : []),
    ...(isGiven(nodeMasks) && nodeMasks.known
      ? [`--node-cidr-mask-size=${nodeMasks.value.map(({ length }) => length).join(',')}`]
      : []),
    ...(isGiven(serviceCIDRs) ? [`--service-cluster-ip-range=${blocks.join(',')}`] : []),
  ];
}
