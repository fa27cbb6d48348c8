import { type FlannelLease, flannelLease } from '../../cni/flannel.ts';
import { recogniseCNI } from '../../cni/recognise.ts';
import type { Block } from '../../model/cidr.ts';
import { asObject, asText } from '../../model/read-json.ts';
import type { ClusterSurvey, SurveyNode } from '../../model/survey.ts';
import { readableBlocks } from '../../subnet/parse.ts';

/** The pod of a node's CNI: commands are run in it, and its deletion starts it again. */
export interface Agent {
  cni: string;
  namespace: string;
  name: string;
  container: string;
  running: boolean;
}

/** A node as the others should know it. */
export interface Peer {
  name: string;
  subnets: Block[];
  /** Undefined when flannel does not run there, or peers ignore it. */
  flannel: FlannelLease | undefined;
  /** Its own addresses, by status.addresses. */
  addresses: string[];
}

/** What the API says of a node: what should be found on it. */
export interface ExpectedNode extends Peer {
  /** spec.podCIDRs as written. */
  podCIDRs: string[];
  /** flannel, canal, …; undefined when none is known. */
  cni: string | undefined;
  agent: Agent | undefined;
  /** The CNI is part of k3s itself: no pod, the service is started again. */
  isK3s: boolean;
  /** All nodes, this one too. */
  peers: Peer[];
  /** Addresses of the node's pods; undefined when they are not known. */
  podAddresses: string[] | undefined;
}

/** All nodes of the survey as peers, for expectedNode. */
export function peersOf({ nodes }: Pick<ClusterSurvey, 'nodes'>): Peer[] {
  return nodes.map(peerOf);
}

function peerOf(node: SurveyNode): Peer {
  return {
    name: node.name,
    subnets: readableBlocks(node.podCIDRs),
    flannel: flannelLease(node),
    addresses: node.addresses.filter(({ type }) => /IP$/.test(type)).map(({ address }) => address),
  };
}

/**
 * What the API says of a node. `agents`: the CNI's pods on it. What is not known of its pods (`podAddresses`) leaves out what
 * would be judged by it.
 */
export function expectedNode(
  node: SurveyNode,
  peers: Peer[],
  agents: Agent[],
  podAddresses?: string[] | undefined,
): ExpectedNode {
  const agent = agents.find(({ running }) => running) ?? agents[0];
  const version = asText(asObject(asObject(node.raw.status).nodeInfo).kubeletVersion) ?? '';
  return {
    ...peerOf(node),
    podCIDRs: node.podCIDRs,
    cni: agent?.cni ?? recogniseCNI(node)?.name,
    agent,
    isK3s: agent === undefined && version.includes('+k3s'),
    peers,
    podAddresses,
  };
}
