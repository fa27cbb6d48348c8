import type { Block } from '../model/cidr.ts';
import type { Answer, LookedUp } from '../model/lookup.ts';
import type { ClusterSurvey, SurveyNode, SurveyPod } from '../model/survey.ts';
import { compareText } from '../model/text.ts';
import { blockAt, compare, contains, overlaps } from '../subnet/block.ts';
import { BITS } from '../subnet/family.ts';
import { readSloppily } from '../subnet/parse.ts';
import { addressBlock } from '../subnet/single.ts';

/** Somebody with addresses. */
interface Claim {
  answer: Answer;
  block: Block;
}

/** Everybody who has to do with an address or a subnet. */
interface Claims {
  subnets: Claim[];
  pods: Claim[];
  addresses: Claim[];
  services: Claim[];
}

/** Whose these addresses are. Order of the answers: nodes, pods, node addresses, service ranges, each by address and name. */
export function lookUp(query: Block, survey: ClusterSurvey): LookedUp {
  const claims: Claims = {
    subnets: within(query, survey.nodes.flatMap(subnetClaims)),
    pods: within(query, survey.pods.known ? survey.pods.value.flatMap(podClaims) : []),
    addresses: within(query, survey.nodes.flatMap(addressClaims)),
    services: within(
      query,
      survey.settings.serviceCIDRs.known ? survey.settings.serviceCIDRs.value.map(serviceClaim) : [],
    ),
  };
  const found = Object.values(claims).flat();
  return {
    address: query.prefix === BITS[query.family] ? query.text.replace(/\/\d+$/, '') : query.text,
    answers: found.length > 0 ? found.map(({ answer }) => answer) : [nobodys(query, survey)],
    conflicts: conflictsOf(claims),
  };
}

function within(query: Block, claims: Claim[]): Claim[] {
  return claims.filter(({ block }) => overlaps(block, query)).sort(byBlock);
}

function byBlock(a: Claim, b: Claim): number {
  return compare(a.block, b.block) || compareText(nameOf(a.answer), nameOf(b.answer));
}

function subnetClaims({ name, podCIDRs }: SurveyNode): Claim[] {
  return podCIDRs.flatMap((range) => {
    const block = readSloppily(range);
    return block ? [{ block, answer: { kind: 'node', name, node: name, range } }] : [];
  });
}

/** What is on the host network has the node's address; who is finished has none any more. */
function podClaims({ namespace, name, node, addresses, hostNetwork, finished }: SurveyPod): Claim[] {
  if (hostNetwork || finished) return [];
  return addresses.flatMap((range) => {
    const block = addressBlock(range);
    return block ? [{ block, answer: { kind: 'pod', name, namespace, node, range } }] : [];
  });
}

function addressClaims({ name: node, addresses }: SurveyNode): Claim[] {
  return addresses.flatMap(({ type: name, address: range }) => {
    const block = name === 'InternalIP' || name === 'ExternalIP' ? addressBlock(range) : undefined;
    return block ? [{ block, answer: { kind: 'nodeAddress', name, node, range } }] : [];
  });
}

function serviceClaim(block: Block): Claim {
  return { block, answer: { kind: 'serviceRange', range: block.text } };
}

/** Free where kube-controller-manager could give it to a node: a block of the node mask's size that no service range touches. */
function nobodys(query: Block, { settings }: ClusterSurvey): Answer {
  const { clusterCIDRs, nodeMasks, serviceCIDRs } = settings;
  if (!clusterCIDRs.known) return { kind: 'nobody' };
  const cluster = clusterCIDRs.value.find(({ block }) => overlaps(block, query))?.block;
  if (!cluster) return { kind: 'outside' };
  const mask = nodeMasks.known ? nodeMasks.value.find(({ family }) => family === query.family)?.length : undefined;
  const block = mask !== undefined && mask <= query.prefix ? blockAt(query.family, query.first, mask) : query;
  const services = serviceCIDRs.known ? serviceCIDRs.value : [];
  const reserving = services.find((range) => overlaps(range, block));
  if (reserving) return { kind: 'serviceRange', range: reserving.text };
  return { kind: 'free', range: mask === undefined ? cluster.text : block.text };
}

function conflictsOf({ subnets, pods, addresses, services }: Claims): string[] {
  return [
    ...twins(subnets, 'nodes', ({ node = '' }) => node),
    ...twins(pods, 'pods', nameOf),
    ...twins(addresses, 'nodes', ({ node = '' }) => node),
    ...pods.flatMap((pod) => guests(pod, subnets)),
    ...crossed(addresses, subnets, ({ name, range, node }) => `${name} ${range} of node ${node}`),
    ...crossed(services, subnets, ({ range }) => `the service range ${range}`),
    ...crossed(addresses, services, ({ name, range, node }) => `${name} ${range} of node ${node}`),
  ];
}

/** Claims of different owners on the same addresses: one sentence for each group that overlaps. */
function twins(claims: Claim[], noun: string, owner: (answer: Answer) => string): string[] {
  const groups: { outer: Block; names: Set<string> }[] = [];
  for (const { block, answer } of claims) {
    const last = groups.at(-1);
    if (last && contains(last.outer, block)) last.names.add(owner(answer));
    else groups.push({ outer: block, names: new Set([owner(answer)]) });
  }
  return groups
    .filter(({ names }) => names.size > 1)
    .map(({ outer, names }) => `${names.size} ${noun} answer in ${outer.text}: ${[...names].join(', ')}`);
}

/** A pod in a subnet that is another node's. */
function guests(pod: Claim, subnets: Claim[]): string[] {
  const hosts = subnets.filter(({ block }) => contains(block, pod.block)).map(({ answer }) => answer.node);
  if (hosts.length === 0 || hosts.includes(pod.answer.node)) return [];
  return [`pod ${nameOf(pod.answer)} runs on ${pod.answer.node}, and the subnet is that of ${hosts.join(', ')}`];
}

function crossed(some: Claim[], others: Claim[], words: (answer: Answer) => string): string[] {
  return some.flatMap(({ block, answer }) =>
    others
      .filter((other) => overlaps(other.block, block))
      .map(({ answer: { kind, range, node } }) =>
        kind === 'node'
          ? `${words(answer)} and the subnet ${range} of node ${node} overlap`
          : `${words(answer)} and the service range ${range} overlap`,
      ),
  );
}

function nameOf({ namespace, name = '' }: Answer): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
