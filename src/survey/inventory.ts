import { getNamespace } from '../kube/objects/namespaces.ts';
import { listNodes } from '../kube/objects/nodes.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { CollectionName } from '../model/collection.ts';
import type { RawObject } from '../model/json.ts';
import { asObject, asText } from '../model/read-json.ts';
import type { Reading } from '../model/reading.ts';
import { allowed } from './allowed.ts';
import { COLLECTION_NAMES, COLLECTIONS } from './collections.ts';
import { newestTime } from './newest-time.ts';
import { type PartOfPods, readPartOfPods } from './part-of-pods.ts';

/** The raw objects that a survey is made of, wherever they came from. */
export interface Inventory {
  origin: 'cluster' | 'dump';
  /** Milliseconds since the epoch: the server's Date header, or what a dump says of itself. */
  now: number;
  nodes: RawObject[];
  collections: Record<CollectionName, Reading<RawObject[]>>;
  /** uid of namespace kube-system. */
  clusterUID: Reading<string>;
}

/** What is read; the rest is "not asked for". Nodes are read always. */
export interface InventoryNeeds {
  collections: CollectionName[];
  /** Of the pods, where not all are needed. */
  part?: PartOfPods | undefined;
  clusterUID: boolean;
  /** Of the Nodes. */
  freshness: 'cached' | 'quorum';
}

/** Reads it from a server, all in parallel. Nodes must be readable; else a refusal is a reason. Throws ApiError, WireError, Failure. */
export async function gather(wire: Wire, needs: InventoryNeeds): Promise<Inventory> {
  const wanted = new Set(needs.collections);
  const listed = listNodes(wire, needs.freshness);
  const [nodes, clusterUID, ...readings] = await Promise.all([
    listed,
    needs.clusterUID
      ? allowed('namespace kube-system', wire.server, () => readUID(wire))
      : notRead('it was not asked for'),
    ...COLLECTION_NAMES.map(async (name) => {
      const { what, read } = COLLECTIONS[name];
      const { part } = needs;
      const ask = name === 'pods' && part ? () => readPartOfPods(wire, part, listed) : () => read(wire);
      return wanted.has(name) ? allowed(what, wire.server, ask) : notRead(`${what} were not asked for`);
    }),
  ]);
  return {
    origin: 'cluster',
    now: nodes.date ?? newestTime(nodes.items),
    nodes: nodes.items,
    collections: byCollection((_, index) => readings[index] ?? { known: false, reason: 'it was not read' }),
    clusterUID,
  };
}

/** The same with flannel's leases in etcd, where they were read (`flannel-leases.ts`). */
export function withLeases(inventory: Inventory, leases: RawObject[] | undefined): Inventory {
  if (leases === undefined) return inventory;
  const flannelLeases = { known: true, value: leases, source: 'etcd' } as const;
  return { ...inventory, collections: { ...inventory.collections, flannelLeases } };
}

/** A record with something for each collection. */
export function byCollection<T>(make: (name: CollectionName, index: number) => T): Record<CollectionName, T> {
  return Object.fromEntries(COLLECTION_NAMES.map((name, index) => [name, make(name, index)])) as Record<
    CollectionName,
    T
  >;
}

async function readUID(wire: Wire): Promise<string> {
  return asText(asObject((await getNamespace(wire, 'kube-system')).metadata).uid) ?? '';
}

async function notRead(reason: string): Promise<Reading<never>> {
  return { known: false, reason };
}
