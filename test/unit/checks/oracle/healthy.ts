import { doOverlap, hasAddress, isInside, pieces, readSingle } from './blocks.ts';
import { addressesOf, holdings, networksOf, poolsOf, servicesOf } from './findings.ts';
import type { World, WorldNode } from './world.ts';

/** A further node with nothing wrong about it; undefined where the cluster has no room for one, or nobody knows what is right. */
export function healthyNode(world: World): WorldNode | undefined {
  const taken = [...servicesOf(world), ...holdings(world).map(({ block }) => block)];
  const name = `n${world.nodes.length}`;
  const address = `203.0.113.${world.nodes.length}`;
  const own = readSingle(address);
  if (!own || poolsOf(world).length === 0 || taken.some((block) => hasAddress(block, own))) return undefined;
  const podCIDRs = poolsOf(world).flatMap(({ cluster, mask }) => {
    const free = pieces(cluster, mask).find(
      (piece) =>
        !taken.some((block) => doOverlap(block, piece)) &&
        !addressesOf(world).some((one) => hasAddress(piece, one)) &&
        networksOf(world).every((network) => network.family !== piece.family || isInside(piece, network)),
    );
    return free ? [free.text] : [];
  });
  if (podCIDRs.length < poolsOf(world).length) return undefined;
  return {
    name,
    podCIDRs,
    podCIDR: podCIDRs[0],
    addresses: [{ type: 'InternalIP', address }],
    age: undefined,
    kind: 'worker',
    flannel: false,
    podsCapacity: 1,
  };
}
