import type { JsonObject } from '../../model/json.ts';
import type { NodeLink } from '../../model/node-facts.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { jsonRows, wordAfter, wordsOf } from './rows.ts';

/** Reads `ip -j -d addr show`, and the same as text, with or without -d. */
export function readLinks(text: string): NodeLink[] {
  return jsonRows(text)?.map(fromJSON) ?? blocks(text).map(fromText);
}

function fromJSON(row: JsonObject): NodeLink {
  const addresses = asList(row.addr_info)
    .map(asObject)
    .filter(({ family, scope }) => family === 'inet' || (family === 'inet6' && scope !== 'link'))
    .flatMap(({ local, prefixlen }) => (asText(local) === undefined ? [] : [`${local}/${prefixlen}`]));
  const { info_kind: kind, info_data: data } = asObject(row.linkinfo);
  const { id, local, local6, port } = asObject(data);
  return {
    name: asText(row.ifname) ?? '',
    up: asList(row.flags).includes('UP'),
    mac: asText(row.address)?.toLowerCase(),
    mtu: number(row.mtu),
    addresses,
    kind: asText(kind),
    ...(kind === 'vxlan'
      ? { vxlan: { id: number(id) ?? 0, local: asText(local) ?? asText(local6), port: number(port) } }
      : {}),
  };
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** The lines of each device: the first begins with its index, the others are indented. */
function blocks(text: string): string[][] {
  const found: string[][] = [];
  for (const line of text.split('\n')) {
    if (/^\d+: /.test(line)) found.push([line]);
    else found.at(-1)?.push(line);
  }
  return found;
}

/** Kinds of devices that a line of `ip -d` may begin with, as far as they matter here. */
const KINDS = /^\s+(bridge|vxlan|veth|wireguard|tun|dummy) /;

const HEAD = /^\d+: ([^:@]+)(?:@[^:]+)?: <([^>]*)>(?:.* mtu (\d+))?/;

function fromText([head = '', ...rest]: string[]): NodeLink {
  const [, name = '', flags = '', mtu] = HEAD.exec(head) ?? [];
  const details = rest.find((line) => KINDS.test(line)) ?? '';
  const [, kind] = KINDS.exec(details) ?? [];
  const words = rest.map(wordsOf);
  const addresses = words
    .filter((line) => line[0] === 'inet' || (line[0] === 'inet6' && wordAfter(line, 'scope') !== 'link'))
    // Addresses of the node's own end come without a prefix length: inet 10.0.0.1 peer 10.0.0.2/32.
    .map(([, address = '', key, peer = '']) => (key === 'peer' ? `${address}/${peer.split('/')[1]}` : address));
  const mac = words.find(([first]) => first?.startsWith('link/'))?.[1];
  const vxlan = wordsOf(details);
  const port = wordAfter(vxlan, 'dstport');
  return {
    name,
    up: flags.split(',').includes('UP'),
    mac: mac?.includes(':') ? mac.toLowerCase() : undefined,
    mtu: mtu === undefined ? undefined : Number(mtu),
    addresses,
    kind,
    ...(kind === 'vxlan'
      ? {
          vxlan: {
            id: Number(wordAfter(vxlan, 'id')),
            local: wordAfter(vxlan, 'local'),
            port: port === undefined ? undefined : Number(port),
          },
        }
      : {}),
  };
}
