import type { Block } from '../model/cidr.ts';
import { Failure } from '../model/failure.ts';
import type { ClusterSurvey, SurveyNode } from '../model/survey.ts';
import { readableBlocks } from '../subnet/parse.ts';
import { addressBlock } from '../subnet/single.ts';

/** The blocks one family's node subnets come from. */
export interface Pool {
  cluster: Block;
  /** Node mask: prefix length of a node's subnet, in bits. */
  mask: number;
}

/** Addresses that somebody holds. */
export interface Use {
  block: Block;
  /** For words: `node worker-1`, `the service range`, `the InternalIP of node worker-1`. */
  holder: string;
  /** The node whose subnet this is; undefined for service ranges and node addresses, which nobody may overlap. */
  node: string | undefined;
}

/** What a new subnet is measured against. Pools keep the order of --cluster-cidr. */
export interface Ground {
  pools: Pool[];
  inUse: Use[];
}

/** Throws Failure when the settings that a move rests on are not known: a guess could stop kube-controller-manager. */
export function surveyGround(survey: ClusterSurvey): Ground {
  const { clusterCIDRs, nodeMasks, serviceCIDRs } = survey.settings;
  if (!clusterCIDRs.known) throw unknownSetting('the cluster CIDR', clusterCIDRs.reason, '--cluster-cidr');
  if (!nodeMasks.known) throw unknownSetting('the node mask size', nodeMasks.reason, '--node-cidr-mask-size');
  const pools = clusterCIDRs.value.map(({ block }) => {
    const mask = nodeMasks.value.find(({ family }) => family === block.family);
    if (!mask) throw unknownSetting(`the ${block.family} node mask size`, 'none is set', '--node-cidr-mask-size');
    return { cluster: block, mask: mask.length };
  });
  const services = serviceCIDRs.known ? serviceCIDRs.value : [];
  return {
    pools,
    inUse: [
      ...services.map((block) => ({ block, holder: `the service range ${block.text}`, node: undefined })),
      ...survey.nodes.flatMap(addressesOf),
      ...survey.nodes.flatMap((node) =>
        subnetsOf(node).map((block) => ({ block, holder: `node ${node.name}`, node: node.name })),
      ),
    ],
  };
}

/** The readable subnets of a node; what cannot be read takes no room. */
export function subnetsOf(node: Pick<SurveyNode, 'podCIDRs'>): Block[] {
  return readableBlocks(node.podCIDRs);
}

function addressesOf(node: SurveyNode): Use[] {
  return node.addresses
    .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
    .flatMap(({ type, address }) => {
      const block = addressBlock(address);
      return block ? [{ block, holder: `the ${type} ${address} of node ${node.name}`, node: undefined }] : [];
    });
}

function unknownSetting(what: string, reason: string, flag: string): Failure {
  return new Failure(`${what} is not known (${reason})`, { hint: `give it with ${flag}` });
}
