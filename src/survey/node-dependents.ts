import { listMetadata } from '../kube/objects/list-metadata.ts';
import type { NodeDependent } from '../model/cluster-facts.ts';
import type { JsonObject, RawObject } from '../model/json.ts';
import { asList, asObject, asText } from '../model/read-json.ts';
import { allInOrder } from './all-in-order.ts';
import type { Collection } from './collection.ts';
import { readTime } from './nodes.ts';

const LEASES = 'kube-node-lease';

/** Leases and CSINodes bear the name of their Node, which owns them. */
export const nodeDependents: Collection = {
  what: 'Leases in kube-node-lease and CSINodes',
  any: 'Lease of a node',
  told: ['Lease', 'CSINode'],
  holds: ({ kind, metadata }) => kind === 'CSINode' || (kind === 'Lease' && asObject(metadata).namespace === LEASES),
  async read(wire) {
    const [leases, csiNodes] = await allInOrder([
      listMetadata(wire, `/apis/coordination.k8s.io/v1/namespaces/${LEASES}/leases`, 'Lease'),
      listMetadata(wire, '/apis/storage.k8s.io/v1/csinodes', 'CSINode'),
    ]);
    return [...leases, ...csiNodes];
  },
  keep({ kind, metadata }) {
    const { name, namespace, creationTimestamp } = asObject(metadata);
    return {
      apiVersion: kind === 'Lease' ? 'coordination.k8s.io/v1' : 'storage.k8s.io/v1',
      kind: kind ?? '',
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        creationTimestamp,
        ownerReferences: nodeOwners(asObject(metadata)).map(({ name, uid }) => ({ kind: 'Node', name, uid })),
      },
    };
  },
};

export function readDependent({ kind, metadata }: RawObject): NodeDependent {
  const { name, creationTimestamp } = asObject(metadata);
  return {
    kind: kind === 'CSINode' ? 'CSINode' : 'Lease',
    name: asText(name) ?? '',
    owners: nodeOwners(asObject(metadata)).flatMap(({ uid }) => asText(uid) ?? []),
    createdAt: readTime(creationTimestamp),
  };
}

function nodeOwners({ ownerReferences }: JsonObject): JsonObject[] {
  return asList(ownerReferences)
    .map(asObject)
    .filter(({ kind }) => kind === 'Node');
}
