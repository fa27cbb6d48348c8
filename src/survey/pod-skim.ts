import { addressesIgnoreSubnets, isOnPodNetwork, placesOf, strayAddresses, strayShare } from '../cni/address-place.ts';
import { listPodRows, type PodRow } from '../kube/objects/pod-rows.ts';
import { eachPodSlice } from '../kube/objects/pod-slices.ts';
import { eachPod, listNodePods } from '../kube/objects/pods.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { SurveyNode, SurveyPod } from '../model/survey.ts';
import { allInOrder } from './all-in-order.ts';
import { readPod } from './pods.ts';

/** Nodes whose pods are read in full one by one; with more, all pods are read in pages. */
const MOST_NODES = 64;

/** Requests that are under way at the same time. */
const AT_ONCE = 8;

/**
 * All pods, as far as the checks look at them: rows of a table, and whole pods for every node on which a row raises a suspicion,
 * read by quorum. A table has one address a pod, so a dual-stack cluster is read in full. `followed`: it is known that pods are to
 * have addresses of these subnets. Throws ApiError, WireError, Failure.
 */
export async function skimPods(wire: Wire, nodes: SurveyNode[], followed: boolean): Promise<SurveyPod[]> {
  if (nodes.some(({ podCIDRs }) => podCIDRs.length > 1)) return readAll(wire);
  const rows = await listPodRows(wire);
  if (rows === undefined) return readAll(wire);
  const places = placesOf(nodes);
  const skimmed = rows.map((row) => fromRow(row, places.get(row.node)?.own ?? new Set()));
  // What most pods of most nodes do is no fault of some: nothing more is asked.
  if (!followed && addressesIgnoreSubnets(strayShare(skimmed, places))) return skimmed;
  const twins = twinAddresses(skimmed);
  const suspicious = (pod: SurveyPod) =>
    !pod.hostNetwork &&
    (pod.addresses.length === 0 ||
      strayAddresses(pod, places).length > 0 ||
      pod.addresses.some((address) => twins.has(address)));
  const suspects = [...new Set(skimmed.filter(suspicious).map(({ node }) => node))];
  if (suspects.length > MOST_NODES) return readAll(wire);
  const read = new Set(suspects);
  return [...skimmed.filter(({ node }) => !read.has(node)), ...(await readNodes(wire, suspects))];
}

/** A pod that has its node's own address is on the host's network: a row does not tell. */
function fromRow({ name, node, address }: PodRow, own: ReadonlySet<string>): SurveyPod {
  return {
    namespace: '',
    name,
    node,
    addresses: address === undefined ? [] : [address],
    hostNetwork: address !== undefined && own.has(address),
    finished: false,
    mirror: false,
    controlled: false,
  };
}

function twinAddresses(pods: SurveyPod[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const address of pods.filter(isOnPodNetwork).flatMap(({ addresses }) => addresses)) {
    if (seen.has(address)) twice.add(address);
    seen.add(address);
  }
  return twice;
}

async function readNodes(wire: Wire, nodes: string[]): Promise<SurveyPod[]> {
  const pods: SurveyPod[] = [];
  for (let from = 0; from < nodes.length; from += AT_ONCE) {
    const some = await allInOrder(nodes.slice(from, from + AT_ONCE).map((node) => listNodePods(wire, node, '')));
    pods.push(...some.flat().map(readPod));
  }
  return pods;
}

async function readAll(wire: Wire): Promise<SurveyPod[]> {
  const pods: SurveyPod[] = [];
  if (await eachPodSlice(wire, (page) => pods.push(...page.map(readPod)))) return pods;
  pods.length = 0;
  await eachPod(wire, (page) => pods.push(...page.map(readPod)));
  return pods;
}
