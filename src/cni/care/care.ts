import type { NodeFacts, NodeRoute } from '../../model/node-facts.ts';
import { readAddress } from '../../subnet/address.ts';
import { equal } from '../../subnet/block.ts';
import { readableBlocks, readSloppily } from '../../subnet/parse.ts';

/** What becomes of a node's subnets. */
export interface SubnetChange {
  from: string[];
  to: string[];
}

/** What a former subnet has left behind on a node, and hurts. */
export interface Leftovers {
  /** Names of links. */
  links: string[];
  routes: NodeRoute[];
}

/** What one CNI needs on a node whose subnets have changed. */
export interface CNICare {
  cni: string;
  /** False: it sees the new subnets by itself. */
  restarts: boolean;
  /** What of the host would bring the former subnet back, removed before it starts: paths of files, names of links. */
  before?: { files: string[]; links: string[] };
  /** The bridge of the node's pods: pods are made anew only once it is known to be right. */
  bridge?: string;
  /** Where a person sees the subnets that it works with, on the node. */
  shownBy: string;
  /** The file of the host in which it writes its subnets, where no fact shows them. */
  config?: string;
  /** Whether it works with these subnets; undefined: the facts do not tell. */
  inForce(facts: NodeFacts, to: string[]): boolean | undefined;
  /** Undefined: it leaves nothing behind. */
  leftovers?(facts: NodeFacts, change: SubnetChange): Leftovers;
  /** Every node has a route to each other node's subnets in its main table. */
  routes: boolean;
}

export const NO_LEFTOVERS: Leftovers = { links: [], routes: [] };

/** True when each of these (ADDRESS/BITS, host bits or not) is one of the subnets, whole, and there is one. */
export function areOf(subnets: string[], texts: string[]): boolean {
  const blocks = readableBlocks(subnets);
  const isOne = (text: string) => {
    const block = readSloppily(text);
    return block !== undefined && blocks.some((one) => equal(one, block));
  };
  return texts.length > 0 && texts.every(isOne);
}

/** The addresses of a link, ADDRESS/BITS; undefined when there is no such link or it is not known. */
export function linkAddresses({ links }: NodeFacts, name: string): string[] | undefined {
  return links.known ? links.value.find((link) => link.name === name)?.addresses : undefined;
}

/** The subnets that a network configuration hands addresses out of: every "subnet" in it (host-local's ranges, kube-router's). */
export function configuredSubnets(text: string): string[] {
  return [...text.matchAll(/"subnet"\s*:\s*"([^"]+)"/g)].flatMap(([, subnet]) => subnet ?? []);
}

/** True when both are one address, in whatever spelling; what follows a slash does not matter. */
export function isSameAddress(one: string, other: string | undefined): boolean {
  const [a, b] = [one, other].map((text) => readAddress(text?.split('/')[0] ?? ''));
  return a !== undefined && b !== undefined && a.family === b.family && a.value === b.value;
}

/** Routes to exactly one of these subnets. */
export function routesTo({ routes }: NodeFacts, subnets: string[]): NodeRoute[] {
  const blocks = readableBlocks(subnets);
  if (!routes.known) return [];
  return routes.value.filter(({ to }) => {
    const block = readSloppily(to);
    return block !== undefined && blocks.some((one) => equal(one, block));
  });
}

/** The subnets that the node gives up. */
export function givenUp({ from, to }: SubnetChange): string[] {
  return from.filter((text) => !to.includes(text));
}
