import type { FlannelConfig } from '../model/cluster-facts.ts';
import { count } from '../model/text.ts';
import { contains } from '../subnet/block.ts';
import { type Judge, NONE } from './check.ts';
import { reassign } from './remedy.ts';
import { type Holding, nodeNames, type View } from './view.ts';

/**
 * Subnets that flannel's Network does not contain. Where it does not contain the cluster CIDR either, that is the cause:
 * ClusterCIDRMismatch names the nodes then.
 */
export const judgeSubnetOutsideCNINetwork: Judge = (view) => {
  const { flannelConfigs } = view.facts;
  if (!flannelConfigs.known) return { skipped: flannelConfigs.reason };
  const [config] = configsInForce(view);
  if (!config) return NONE;
  const outside = outsideNetwork(view, config).filter((holding) => !isMismatch(view, config, holding));
  if (outside.length === 0) return NONE;
  const nodes = nodeNames(outside);
  const networks = config.networks.map(({ block }) => block.text).join(',');
  return {
    findings: [
      {
        severity: 'error',
        nodes,
        subject: { kind: 'ConfigMap', ...config.configMap },
        message: `${count(nodes.length, 'node')} ${nodes.length === 1 ? 'has a subnet' : 'have subnets'} outside flannel's Network ${networks}`,
        evidence: [
          `Network ${networks}: ${config.source}`,
          ...outside.map(({ node, text }) => `${node.name}: ${text}`),
        ],
        remedy: reassign(nodes),
      },
    ],
  };
};

/** flannel's configuration beside a DaemonSet of flannel; where none is known to be there, all that there are. */
export function configsInForce({ facts }: View): FlannelConfig[] {
  const configs = facts.flannelConfigs.known ? facts.flannelConfigs.value : [];
  const placements = facts.flannelPlacements.known ? facts.flannelPlacements.value : [];
  const namespaces = placements.map(({ source }) => source.replace(/^\w+ /, '').split('/')[0]);
  const beside = configs.filter(({ configMap }) => namespaces.includes(configMap.namespace));
  return beside.length > 0 ? beside : configs;
}

/** Of a family that flannel does not enable nothing is said: it leaves such a subnet alone. */
export function outsideNetwork({ holdings }: View, { networks }: FlannelConfig): Holding[] {
  return holdings.filter(({ block }) => {
    const network = networks.find((one) => one.block.family === block.family);
    return network !== undefined && !contains(network.block, block);
  });
}

/** The holding is inside a cluster CIDR that the Network does not contain. */
export function isMismatch({ survey }: View, { networks }: FlannelConfig, { block }: Holding): boolean {
  const { clusterCIDRs } = survey.settings;
  const cluster = clusterCIDRs.known ? clusterCIDRs.value.find((one) => one.block.family === block.family) : undefined;
  const network = networks.find((one) => one.block.family === block.family);
  return (
    cluster !== undefined &&
    network !== undefined &&
    contains(cluster.block, block) &&
    !contains(network.block, cluster.block)
  );
}
