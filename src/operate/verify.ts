import { requestJSON } from '../kube/wire/json.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { OperationRecord } from '../model/operation.ts';
import { asList, asObject } from '../model/read-json.ts';
import { overlaps } from '../subnet/block.ts';
import { readableBlocks } from '../subnet/parse.ts';
import { podCIDRsOf } from '../subnet/pod-cidrs.ts';

/**
 * Lists all nodes by quorum and returns what is wrong with the moved ones, a line each: absent, without the subnet that it was
 * given, or sharing it with another node (kube-controller-manager may have handed it out at the same moment); and new nodes that
 * share a subnet which another kept. A subnet that was given back may be shared: it was before. Throws ApiError, WireError.
 */
export async function verifyMoves(wire: Wire, records: OperationRecord[], mayShare: boolean): Promise<string[]> {
  const { body } = await requestJSON(wire, { method: 'GET', path: '/api/v1/nodes' });
  const nodes = asList(body.items).map((item) => {
    const node = asObject(item);
    return { name: String(asObject(node.metadata).name), podCIDRs: podCIDRsOf(node) };
  });
  const moved = records.flatMap(({ node: name, step, method, from, to: given }) => {
    const undone = step === 'undone';
    const to = undone ? from : given;
    const node = nodes.find((one) => one.name === name);
    // What was to be posted or patched and was not is as absent, or as empty, as before.
    if (!node) return undone && method === 'create' ? [] : [`node ${name} is absent`];
    if (to.length === 0 && !undone) return [`node ${name} has no subnet`];
    if (node.podCIDRs.join(',') !== to.join(','))
      return [`node ${name} has ${node.podCIDRs.join(',') || 'no subnet'}, not ${to.join(',')}`];
    if (mayShare || undone) return [];
    const blocks = readableBlocks(to);
    return nodes
      .filter((other) => other.name !== name)
      .flatMap((other) => {
        const shared = readableBlocks(other.podCIDRs).find((one) => blocks.some((own) => overlaps(own, one)));
        return shared
          ? [`node ${name} shares ${shared.text} with node ${other.name}, which got it at the same moment`]
          : [];
      });
  });
  return [...moved, ...newTwins(records, nodes)];
}

/**
 * Nodes that were given the subnet of one that kept it: between the DELETE and the survivor's announcement the allocator takes
 * a shared subnet for free. Those that shared it before are no news.
 */
function newTwins(records: OperationRecord[], nodes: { name: string; podCIDRs: string[] }[]): string[] {
  const lines = records.flatMap(({ node, step, from, survivors }) => {
    if (step === 'undone') return [];
    const givenUp = readableBlocks(from);
    const known = new Set([node, ...survivors.map((survivor) => survivor.node)]);
    const kept = nodes.flatMap(({ name, podCIDRs }) =>
      known.has(name) && name !== node
        ? readableBlocks(podCIDRs).flatMap((block) =>
            givenUp.some((one) => overlaps(one, block)) ? [{ name, block }] : [],
          )
        : [],
    );
    return nodes
      .filter(({ name }) => !known.has(name))
      .flatMap(({ name, podCIDRs }) => {
        const blocks = readableBlocks(podCIDRs);
        const twin = kept.find(({ block }) => blocks.some((one) => overlaps(one, block)));
        return twin ? [`node ${name} was given ${podCIDRs.join(',')} meanwhile, which node ${twin.name} kept`] : [];
      });
  });
  return [...new Set(lines)];
}
