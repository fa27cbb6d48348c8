import { CHECK_FLAGS, type EtcdKey, listEtcdKeys } from '../kube/etcd/keys.ts';
import { type EtcdConnection, openEtcd } from '../kube/etcd/open.ts';
import type { Wire } from '../kube/wire/wire.ts';
import { WireError } from '../kube/wire/wire-error.ts';
import type { FlannelLease } from '../model/cluster-facts.ts';
import { Failure } from '../model/failure.ts';
import type { Json, JsonObject, RawObject } from '../model/json.ts';
import { quote } from '../model/quote.ts';
import { asObject, asText, parseObject } from '../model/read-json.ts';
import type { Reading } from '../model/reading.ts';
import { compareText } from '../model/text.ts';
import { canonicalAddress } from '../subnet/address.ts';
import { readableBlocks } from '../subnet/parse.ts';
import type { Collection } from './collection.ts';

/** Where flannel keeps its subnets. */
export interface FlannelStore extends EtcdConnection {
  /** flanneld's --etcd-prefix, without a slash at its end. */
  prefix: string;
}

const API_VERSION = 'kubectl-podcidr/v1';
const KIND = 'FlannelLease';
const SUBNETS = '/subnets/';
const NO_ADDRESS = '0.0.0.0';

/**
 * The leases of a flannel with etcd, from the first endpoint that answers, as the objects that a dump holds. Throws Failure (what
 * was given is wrong, no endpoint answers, etcd refuses or has none).
 */
export async function readFlannelLeases(store: FlannelStore): Promise<RawObject[]> {
  const wires = await openEtcd(store);
  try {
    let failure = new Failure('--flannel-etcd-endpoints names no endpoint');
    for (const wire of wires) {
      try {
        return await readFrom(wire, store.prefix);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        failure = noAnswer(wire, error);
      }
    }
    throw failure;
  } finally {
    for (const wire of wires) wire.close();
  }
}

/** The words of a connection speak of "the server", which is another one here. */
function noAnswer({ server }: Wire, error: WireError): Failure {
  const words = error.message.replace(/^Unable to connect to the server: /, '');
  return new Failure(`etcd at ${server} cannot be read: ${words}`, { cause: error, hint: CHECK_FLAGS });
}

async function readFrom(wire: Wire, prefix: string): Promise<RawObject[]> {
  const keys = await listEtcdKeys(wire, `${prefix}${SUBNETS}`);
  if (keys.length > 0) return keys.map(leaseObject);
  throw new Failure(`etcd at ${wire.server} has no subnet below ${quote(prefix)}`, {
    hint: "give flanneld's --etcd-prefix with --flannel-etcd-prefix",
  });
}

function leaseObject({ key, api, value, ttl }: EtcdKey): RawObject {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const kind = { apiVersion: API_VERSION, kind: KIND };
  return { ...kind, metadata: { name }, key, api, value, ...(ttl === undefined ? {} : { ttl }) };
}

/** Leases are objects of ours; a server of Kubernetes has none. */
export const flannelLeases: Collection = {
  what: "flannel's leases in etcd",
  any: 'lease of flannel',
  told: 'rare',
  holds: ({ apiVersion, kind }) => apiVersion === API_VERSION && kind === KIND,
  read: async () => [],
  keep: keepLease,
};

/** Of its value what is read; a backend may keep keys there. */
function keepLease({ value, ...rest }: RawObject): RawObject {
  const { PublicIP, PublicIPv6, BackendType, BackendData, BackendV6Data } = parseObject(asText(value) ?? '') ?? {};
  const kept = {
    PublicIP,
    PublicIPv6,
    BackendType,
    BackendData: keepMAC(BackendData),
    BackendV6Data: keepMAC(BackendV6Data),
  };
  return { ...rest, value: JSON.stringify(kept) };
}

function keepMAC(data: Json | undefined): JsonObject | undefined {
  const { VtepMAC } = asObject(data);
  return VtepMAC === undefined ? undefined : { VtepMAC };
}

/**
 * The leases among what was gathered; not known when there is none. Their source is the place in etcd, whoever read it there and
 * when.
 */
export function leasesOf(objects: Reading<RawObject[]>): Reading<FlannelLease[]> {
  const [first] = objects.known ? objects.value : [];
  if (!objects.known || !first) return { known: false, reason: "flannel's leases were not read" };
  const value = objects.value
    .map(({ key, api, value: text, ttl }) =>
      readLease({
        key: asText(key) ?? '',
        api: api === 2 ? 2 : 3,
        value: asText(text) ?? '',
        ttl: typeof ttl === 'number' ? ttl : undefined,
      }),
    )
    .sort((a, b) => compareText(a.key, b.key));
  return { known: true, value, source: `etcd ${prefixOf(value[0]?.key ?? '')}` };
}

/** flanneld's --etcd-prefix, of a key below it. */
export function prefixOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf(SUBNETS)));
}

/**
 * A key as flannel makes it: `10.5.34.0-24`, in dual stack `10.5.6.0-24&fc00::-64` (pkg/subnet/subnet.go:MakeSubnetKey). With
 * IPv6 alone the other family stands there as `0.0.0.0-0`, and as PublicIP 0.0.0.0.
 */
export function readLease({ key, api, value, ttl }: EtcdKey): FlannelLease {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const attributes = parseObject(value) ?? {};
  const subnets = name.split('&').filter((part) => part !== `${NO_ADDRESS}-0`);
  const addresses = [attributes.PublicIP, attributes.PublicIPv6].map((value) => asText(value) ?? '');
  const devices = [attributes.BackendData, attributes.BackendV6Data].map(asObject);
  return {
    key,
    api,
    subnets: readableBlocks(subnets.map((part) => part.replace(/-(\d+)$/, '/$1'))),
    publicIPs: addresses.flatMap((text) => (text === NO_ADDRESS ? [] : (canonicalAddress(text) ?? []))),
    macs: devices.flatMap(({ VtepMAC }) => asText(VtepMAC)?.toLowerCase() ?? []),
    ttl,
  };
}
