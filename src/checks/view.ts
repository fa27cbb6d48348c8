import { type Places, placesOf } from '../cni/address-place.ts';
import { withPodSubnets } from '../cni/lease-place.ts';
import type { Block } from '../model/cidr.ts';
import { type ClusterFacts, NO_FACTS } from '../model/cluster-facts.ts';
import type { ClusterSurvey, SurveyNode } from '../model/survey.ts';
import { compareText } from '../model/text.ts';
import { readSloppily } from '../subnet/parse.ts';

/** One entry of a node's podCIDRs. */
interface NodeSubnet {
  /** As written. */
  text: string;
  /** As kube-controller-manager reads it; undefined when it cannot. */
  block: Block | undefined;
}

export interface ViewedNode {
  node: SurveyNode;
  subnets: NodeSubnet[];
}

/** A readable subnet with its holder. */
export interface Holding {
  node: SurveyNode;
  text: string;
  block: Block;
}

/** The survey as the checks look at it: nodes by name, each subnet read once. */
export interface View {
  survey: ClusterSurvey;
  /** What else was read; of a survey that read nothing else, that it did not. */
  facts: ClusterFacts;
  nodes: ViewedNode[];
  byName: ReadonlyMap<string, ViewedNode>;
  holdings: Holding[];
  /** Where the pods of each node may have addresses: in its subnets, or in its leases of flannel in etcd. */
  places: Places;
}

/** The order of nodes in the survey never shows in what the checks say. */
export function viewSurvey(survey: ClusterSurvey): View {
  const nodes = [...survey.nodes]
    .sort((a, b) => compareText(a.name, b.name))
    .map((node) => ({ node, subnets: node.podCIDRs.map((text) => ({ text, block: readSloppily(text) })) }));
  const holdings = nodes.flatMap(({ node, subnets }) =>
    subnets.flatMap(({ text, block }) => (block ? [{ node, text, block }] : [])),
  );
  const facts = survey.facts ?? NO_FACTS;
  return {
    survey,
    facts,
    nodes,
    byName: new Map(nodes.map((viewed) => [viewed.node.name, viewed])),
    holdings,
    places: placesOf(withPodSubnets(survey.nodes, facts)),
  };
}

/** The distinct names of nodes, sorted. */
export function nodeNames(nodes: { node: SurveyNode }[]): string[] {
  return [...new Set(nodes.map(({ node }) => node.name))].sort(compareText);
}
