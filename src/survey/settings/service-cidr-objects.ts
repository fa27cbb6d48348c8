import { listIfServed } from '../../kube/objects/find.ts';
import type { Block } from '../../model/cidr.ts';
import type { RawObject } from '../../model/json.ts';
import { asObject } from '../../model/read-json.ts';
import type { Reading } from '../../model/reading.ts';
import { readableBlocks } from '../../subnet/parse.ts';
import type { Collection } from '../collection.ts';
import { texts } from '../nodes.ts';

/** ServiceCIDR objects: v1 since Kubernetes 1.33, v1beta1 since 1.31. */
export const serviceCIDRObjects: Collection = {
  what: 'ServiceCIDR objects',
  any: 'ServiceCIDR object',
  told: 'rare',
  holds: ({ kind }) => kind === 'ServiceCIDR',
  async read(wire) {
    for (const version of ['v1', 'v1beta1']) {
      const path = `/apis/networking.k8s.io/${version}/servicecidrs`;
      const found = await listIfServed(wire, { path, freshness: 'quorum' });
      if (found.length > 0) return found;
    }
    return [];
  },
  keep: ({ apiVersion, kind, metadata, spec }) => ({
    apiVersion: apiVersion ?? '',
    kind: kind ?? '',
    metadata: { name: asObject(metadata).name },
    spec: { cidrs: asObject(spec).cidrs },
  }),
};

/** All ranges that Services get their addresses from; not known when there is no object. */
export function readServiceRanges(objects: Reading<RawObject[]>): Reading<Block[]> {
  if (!objects.known) return objects;
  const value = objects.value.flatMap(({ spec }) => readableBlocks(texts(asObject(spec).cidrs)));
  const names = objects.value.map(({ metadata }) => String(asObject(metadata).name)).sort();
  if (value.length === 0) return { known: false, reason: 'there is no ServiceCIDR object' };
  return { known: true, value, source: `ServiceCIDR ${names.join(', ')}` };
}
