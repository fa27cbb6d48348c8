import { listIfServed } from '../../kube/objects/find.ts';
import type { Allocator } from '../../model/cluster-facts.ts';
import type { RawObject } from '../../model/json.ts';
import { asObject, asText } from '../../model/read-json.ts';
import { count } from '../../model/text.ts';
import type { Collection } from '../collection.ts';

const GROUP = 'networking.x-k8s.io';

/**
 * ClusterCIDR objects of node-ipam-controller. Those of networking.k8s.io/v1alpha1 (Kubernetes 1.25 to 1.28) belong to
 * kube-controller-manager itself and say nothing about a second allocator.
 */
export const clusterCIDRObjects: Collection = {
  what: 'ClusterCIDR objects',
  any: 'ClusterCIDR object',
  told: 'rare',
  holds: ({ apiVersion, kind }) => kind === 'ClusterCIDR' && (apiVersion ?? '').startsWith(`${GROUP}/`),
  read: (wire) => listIfServed(wire, { path: `/apis/${GROUP}/v1/clustercidrs`, freshness: 'quorum' }),
  keep({ apiVersion, kind, metadata, spec }) {
    const { ipv4, ipv6, perNodeHostBits } = asObject(spec);
    return {
      apiVersion: apiVersion ?? '',
      kind: kind ?? '',
      metadata: { name: asObject(metadata).name },
      spec: { ipv4, ipv6, perNodeHostBits },
    };
  },
};

/** node-ipam-controller, where there is a ClusterCIDR for it to hand out subnets of. */
export function clusterCIDRAllocators(objects: RawObject[]): Allocator[] {
  if (objects.length === 0) return [];
  const ranges = objects.flatMap(({ spec }) => {
    const { ipv4, ipv6 } = asObject(spec);
    return [asText(ipv4), asText(ipv6)].filter((text) => !!text);
  });
  return [
    { name: 'node-ipam-controller', source: `${count(objects.length, 'ClusterCIDR object')}: ${ranges.join(', ')}` },
  ];
}
