import { Buffer } from 'node:buffer';
import { Failure } from '../../model/failure.ts';
import type { JsonObject } from '../../model/json.ts';
import { asList, asObject, asText, parseObject } from '../../model/read-json.ts';
import { escapeLine } from '../../render/escape.ts';
import type { Wire, WireRequest } from '../wire/wire.ts';
import { WireError } from '../wire/wire-error.ts';

/** A key of etcd with its value. */
export interface EtcdKey {
  key: string;
  /** The API whose key space it is in. */
  api: 2 | 3;
  value: string;
  /** Seconds until it goes; undefined: never. */
  ttl: number | undefined;
}

/** Paths of the JSON gateway: since etcd 3.4, in 3.3, before (Documentation/dev-guide/api_grpc_gateway.md). */
const GATEWAYS = ['/v3', '/v3beta', '/v3alpha'];

/** What to do about an etcd that does not answer as it should. */
export const CHECK_FLAGS =
  'check --flannel-etcd-endpoints, --flannel-etcd-ca, --flannel-etcd-cert and --flannel-etcd-key';

/** Leases that are asked for at the same time. */
const AT_ONCE = 16;

/**
 * All keys under a path, by the API of v3, which has a key space of its own, else by that of v2. Throws Failure when etcd refuses,
 * WireError when it does not answer, or has nobody to ask (5xx).
 */
export async function listEtcdKeys(wire: Wire, path: string): Promise<EtcdKey[]> {
  for (const gateway of GATEWAYS) {
    const body = await ask(wire, post(`${gateway}/kv/range`, range(path)));
    if (body === undefined) continue;
    const found = await withTTL(wire, gateway, asList(body.kvs).map(asObject));
    return found.length > 0 ? found : listV2(wire, path);
  }
  return listV2(wire, path);
}

/** From the path to the first text that does not begin with it: its last byte one higher. */
function range(path: string): JsonObject {
  const first = Buffer.from(path);
  const end = Buffer.from(first);
  end[end.length - 1] = (end[end.length - 1] ?? 0) + 1;
  return { key: first.toString('base64'), range_end: end.toString('base64') };
}

async function withTTL(wire: Wire, gateway: string, kvs: JsonObject[]): Promise<EtcdKey[]> {
  const keys: EtcdKey[] = [];
  for (let from = 0; from < kvs.length; from += AT_ONCE) {
    const some = kvs.slice(from, from + AT_ONCE).map(async (kv) => ({
      key: decode(kv.key),
      api: 3 as const,
      value: decode(kv.value),
      ttl: await ttlOf(wire, gateway, asText(kv.lease)),
    }));
    keys.push(...(await Promise.all(some)));
  }
  return keys;
}

async function ttlOf(wire: Wire, gateway: string, lease: string | undefined): Promise<number | undefined> {
  if (lease === undefined || lease === '0') return undefined;
  const body = await ask(wire, post(`${gateway}/lease/timetolive`, { ID: lease }));
  const ttl = Number(asText(body?.TTL) ?? 0);
  return Number.isNaN(ttl) ? undefined : ttl;
}

/** v2: directories of keys, whose own TTL counts down. */
async function listV2(wire: Wire, path: string): Promise<EtcdKey[]> {
  const directory = path.replace(/\/$/, '');
  const body = await ask(wire, { method: 'GET', path: `/v2/keys${directory}`, query: { quorum: 'true' } });
  return asList(asObject(body?.node).nodes).map((node) => {
    const { key, value, ttl } = asObject(node);
    return {
      key: asText(key) ?? '',
      api: 2,
      value: asText(value) ?? '',
      ttl: typeof ttl === 'number' ? ttl : undefined,
    };
  });
}

function decode(text: JsonObject[string]): string {
  return Buffer.from(asText(text) ?? '', 'base64').toString();
}

function post(path: string, body: JsonObject): WireRequest {
  return { method: 'POST', path, body: JSON.stringify(body) };
}

/** Undefined: this etcd does not know the path, or has no such key. */
async function ask(wire: Wire, request: WireRequest): Promise<JsonObject | undefined> {
  const { status, body } = await wire.request(request);
  if (status === 404) return undefined;
  const answer = parseObject(body.toString());
  if (status < 300 && answer !== undefined) return answer;
  const said = asText(answer?.error) ?? asText(answer?.message) ?? body.toString().slice(0, 200);
  if (status >= 500) throw new WireError(`it answered ${status}: ${escapeLine(said.trim())}`, 'unknown');
  throw new Failure(`etcd at ${wire.server} answered ${status}: ${escapeLine(said.trim())}`, {
    hint: CHECK_FLAGS,
  });
}
