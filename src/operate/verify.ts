import { requestJSON } from '../kube/wire/json.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { OperationRecord } from '../model/operation.ts';
import { asList, asObject } from '../model/read-json.ts';
import { overlaps } from '../subnet/block.ts';
import { readSloppily } from '../subnet/parse.ts';

/**
 * Lists all nodes by quorum and returns what is wrong with the moved ones, a line each: absent, without the subnet that it was
 * given, or sharing it with another node (kube-controller-manager may have handed it out at the same moment).
 * Throws ApiError, WireError.
 */
export async function verifyMoves(wire: Wire, records: OperationRecord[]): Promise<string[]> {
  const { body } = await requestJSON(wire, { method: 'GET', path: '/api/v1/nodes' });
  const nodes = asList(body.items).map((item) => {
    const spec = asObject(asObject(item).spec);
    const podCIDRs = asList(spec.podCIDRs).map(String);
    return { name: String(asObject(asObject(item).metadata).name), podCIDRs };
  });
  return records.flatMap(({ node: name, to }) => {
    const node = nodes.find((one) => one.name === name);
    if (!node) return [`node ${name} is absent`];
    if (to.length === 0) return [`node ${name} has no subnet`];
    if (node.podCIDRs.join(',') !== to.join(','))
      return [`node ${name} has ${node.podCIDRs.join(',') || 'no subnet'}, not ${to.join(',')}`];
    const blocks = to.flatMap((text) => readSloppily(text) ?? []);
    return nodes
      .filter((other) => other.name !== name)
      .flatMap((other) => {
        const shared = other.podCIDRs
          .flatMap((text) => readSloppily(text) ?? [])
          .find((one) => blocks.some((own) => overlaps(own, one)));
        return shared
          ? [`node ${name} shares ${shared.text} with node ${other.name}, which got it at the same moment`]
          : [];
      });
  });
}
