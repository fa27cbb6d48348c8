import type { Family } from '../../model/cidr.ts';
import type { JsonObject } from '../../model/json.ts';
import type { NodeRoute } from '../../model/node-facts.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { BITS } from '../../subnet/family.ts';
import { jsonRows, wordAfter, wordsOf } from './rows.ts';

/** Reads `ip -j -4 route show` or `-6`, and the same as text. */
export function readRoutes(text: string, family: Family): NodeRoute[] {
  return jsonRows(text)?.map((row) => fromJSON(row, family)) ?? lines(text).map((line) => fromText(line, family));
}

function fromJSON(row: JsonObject, family: Family): NodeRoute {
  const hop = { ...row, ...asObject(asList(row.nexthops)[0]) };
  return {
    family,
    to: destination(asText(row.dst) ?? '', family),
    via: asText(hop.gateway) ?? asText(asObject(hop.via).host),
    dev: asText(hop.dev),
    type: asText(row.type) ?? 'unicast',
    metric: typeof row.metric === 'number' ? row.metric : undefined,
  };
}

/** With the next hops, which stand on lines of their own. */
function lines(text: string): string[] {
  return text
    .replaceAll(/\n\s+/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

/** Types that `ip` names in front; it leaves unicast away. */
const TYPES = [
  'unicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'local',
  'broadcast',
  'multicast',
  'anycast',
];

function fromText(line: string, family: Family): NodeRoute {
  const words = wordsOf(line);
  const [first = ''] = words;
  const typed = TYPES.includes(first);
  const via = wordAfter(words, 'via');
  const metric = wordAfter(words, 'metric');
  return {
    family,
    to: destination((typed ? words[1] : first) ?? '', family),
    // Across the families: via inet6 fe80::1.
    via: via?.startsWith('inet') ? wordAfter(words, via) : via,
    dev: wordAfter(words, 'dev'),
    type: typed ? first : 'unicast',
    metric: metric === undefined ? undefined : Number(metric),
  };
}

/** ADDRESS/BITS of what `ip` shortens: default, a single address. */
function destination(text: string, family: Family): string {
  if (text === 'default') return family === 'IPv4' ? '0.0.0.0/0' : '::/0';
  return text.includes('/') ? text : `${text}/${BITS[family]}`;
}
