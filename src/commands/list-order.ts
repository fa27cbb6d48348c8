import { Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import type { SurveyNode } from '../model/survey.ts';
import { compareText } from '../model/text.ts';
import type { ListRow } from '../render/columns.ts';
import { STATUS } from '../render/columns.ts';
import { compare } from '../subnet/block.ts';
import { readSloppily } from '../subnet/parse.ts';
import { didYouMean } from './nearest.ts';

type Order = (a: ListRow, b: ListRow) => number;

const byName: Order = (a, b) => compareText(a.node.name, b.node.name);

/** Each --sort-by; equal rows stand by name. `age` is kubectl's .metadata.creationTimestamp: the oldest first. */
const ORDERS: Record<string, Order> = {
  name: byName,
  'pod-cidr': (a, b) => compareSubnets(a.node, b.node) || byName(a, b),
  status: (a, b) =>
    Number(b.codes.length > 0) - Number(a.codes.length > 0) ||
    compareText(STATUS.cell(a), STATUS.cell(b)) ||
    byName(a, b),
  age: (a, b) => (a.node.createdAt ?? 0) - (b.node.createdAt ?? 0) || byName(a, b),
};

/** kubectl's spellings of the same. */
const PATHS: Record<string, string> = {
  '.metadata.name': 'name',
  '.spec.podCIDR': 'pod-cidr',
  '.spec.podCIDRs': 'pod-cidr',
  '.spec.podCIDRs[0]': 'pod-cidr',
  '.metadata.creationTimestamp': 'age',
};

/** The order that --sort-by names: a column, or kubectl's JSONPath with or without braces and dot. By name when it is not given. */
export function orderOf(sortBy: string | undefined): Order {
  if (sortBy === undefined) return byName;
  const path = sortBy.replace(/^\{(.*)\}$/, '$1').replace(/^(?=metadata|spec)/, '.');
  const order = ORDERS[PATHS[path] ?? sortBy.toLowerCase().replaceAll('_', '-')];
  if (order) return order;
  const names = Object.keys(ORDERS);
  throw new Failure(`--sort-by ${quote(sortBy)} is none of ${names.join(', ')}${didYouMean(sortBy, names)}`);
}

/** By number, not by text: 10.244.9.0 before 10.244.10.0. Nodes without a readable subnet come last. */
function compareSubnets(a: SurveyNode, b: SurveyNode): number {
  const [x, y] = [readSloppily(a.podCIDRs[0] ?? ''), readSloppily(b.podCIDRs[0] ?? '')];
  if (!x || !y) return Number(!x) - Number(!y);
  return compare(x, y);
}
