import { listEtcdKeys } from '../kube/etcd/keys.ts';
import { type EtcdConnection, openEtcd } from '../kube/etcd/open.ts';
import { WireError } from '../kube/wire/wire-error.ts';
import type { FlannelLease } from '../model/cluster-facts.ts';
import { Failure } from '../model/failure.ts';
import type { RawObject } from '../model/json.ts';
import { quote } from '../model/quote.ts';
import { asObject, asText, parseObject } from '../model/read-json.ts';
import type { Reading } from '../model/reading.ts';
import { compareText } from '../model/text.ts';
import { readableBlocks } from '../subnet/parse.ts';
import type { Collection } from './collection.ts';

/** Where flannel keeps its subnets. */
export interface FlannelStore extends EtcdConnection {
  /** flanneld's --etcd-prefix, without a slash at its end. */
  prefix: string;
}

/** The leases of a flannel with etcd, from the first endpoint that answers. Throws Failure (what was given is wrong), WireError. */
export async function readFlannelLeases(store: FlannelStore): Promise<Reading<FlannelLease[]>> {
  const wires = await openEtcd(store);
  try {
    let failure: WireError | undefined;
    for (const wire of wires) {
      try {
        const keys = await listEtcdKeys(wire, `${store.prefix}/subnets/`);
        if (keys.length === 0)
          throw new Failure(`etcd at ${wire.server} has no subnet below ${quote(store.prefix)}`, {
            hint: "give flanneld's --etcd-prefix with --flannel-etcd-prefix",
          });
        return { known: true, value: keys.map(readLease).sort(byKey), source: `etcd ${wire.server} ${store.prefix}` };
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        failure = error;
      }
    }
    throw failure ?? new Failure('--flannel-etcd-endpoints names no endpoint');
  } finally {
    for (const wire of wires) wire.close();
  }
}

const KIND = 'FlannelLease';

/** Leases in a dump, as objects of ours; a server of Kubernetes has none. */
export const flannelLeases: Collection = {
  what: "flannel's leases in etcd",
  any: 'lease of flannel',
  told: 'rare',
  holds: ({ apiVersion, kind }) => apiVersion === 'kubectl-podcidr/v1' && kind === KIND,
  read: async () => [],
  keep: (object) => object,
};

/** The leases of a dump; not known when there is none. */
export function dumpedLeases(objects: Reading<RawObject[]>): Reading<FlannelLease[]> {
  if (!objects.known || objects.value.length === 0) return { known: false, reason: "flannel's leases were not read" };
  const value = objects.value.map(({ key, value: text, ttl }) =>
    readLease({ key: asText(key) ?? '', value: asText(text) ?? '', ttl: typeof ttl === 'number' ? ttl : undefined }),
  );
  return { ...objects, value: value.sort(byKey) };
}

/** A key as flannel makes it: `10.5.34.0-24`, in dual stack `10.5.6.0-24&fc00::-64` (pkg/subnet/subnet.go:MakeSubnetKey). */
export function readLease({ key, value, ttl }: { key: string; value: string; ttl: number | undefined }): FlannelLease {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const attributes = parseObject(value) ?? {};
  const data = asObject(attributes.BackendData);
  return {
    key,
    subnets: readableBlocks(name.split('&').map((part) => part.replace(/-(\d+)$/, '/$1'))),
    publicIP: asText(attributes.PublicIP) ?? '',
    backend: asText(attributes.BackendType) ?? '',
    mac: asText(data.VtepMAC)?.toLowerCase(),
    ttl,
  };
}

function byKey(a: FlannelLease, b: FlannelLease): number {
  return compareText(a.key, b.key);
}
