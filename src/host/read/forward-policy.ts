import type { AcceptRule, ForwardPolicy } from '../../model/node-facts.ts';
import { type Piece, splitPieces } from './parts.ts';

/** Chains that jump to one another end; this is for tables that do not. */
const DEEPEST = 10;

/**
 * Reads the pieces `@@table PROGRAM` of what iptables-save prints of the filter table: chain FORWARD, in its order, and the chains
 * that it jumps to. Throws when a table cannot be shown in iptables' words.
 */
export function readForwardPolicies(text: string): ForwardPolicy[] {
  return splitPieces(text, 'table').flatMap(readTable);
}

function readTable({ name: program, text }: Piece): ForwardPolicy[] {
  const lines = text.split('\n');
  // iptables-nft-save says so of tables that another program has made.
  const foreign = lines.find((line) => line.startsWith('# Table'));
  if (foreign !== undefined) throw new Error(foreign.replace(/^# /, ''));
  const [, policy] = lines.map((line) => /^:FORWARD (\w+)/.exec(line)).find((found) => found) ?? [];
  if (policy === undefined) return [];
  const chains = Map.groupBy(lines.flatMap(readRule), ({ chain }) => chain);
  const { accepts, end } = walk('FORWARD', chains, 0);
  return [{ program, policy: end ?? policy, accepts }];
}

/** A rule of a chain. */
interface Rule extends AcceptRule {
  chain: string;
  target: string;
  /** It looks at more than addresses and devices. */
  isNarrow: boolean;
}

/** What the rules from here on accept, and the verdict that ends them all, if one does. */
function walk(
  chain: string,
  chains: Map<string, Rule[]>,
  depth: number,
): { accepts: AcceptRule[]; end: string | undefined } {
  const accepts: AcceptRule[] = [];
  if (depth > DEEPEST) return { accepts, end: undefined };
  for (const { target, isNarrow, source, destination, in: incoming, out } of chains.get(chain) ?? []) {
    if (isNarrow) continue;
    const match = { source, destination, in: incoming, out };
    const isForAll = Object.values(match).every((one) => one === undefined);
    if (target === 'ACCEPT' && !isForAll) accepts.push(match);
    else if (isForAll && ['ACCEPT', 'DROP', 'REJECT'].includes(target)) return { accepts, end: target };
    else if (isForAll && target === 'RETURN') break;
    // Into a chain that only some packets see: what it accepts is not known to be for all of them.
    else if (isForAll && chains.has(target)) {
      const inner = walk(target, chains, depth + 1);
      accepts.push(...inner.accepts);
      if (inner.end !== undefined) return { accepts, end: inner.end };
    }
  }
  return { accepts, end: undefined };
}

function readRule(line: string): Rule[] {
  const [command, chain, ...words] = shellWords(line);
  if (command !== '-A' || chain === undefined) return [];
  const rule: Rule = {
    chain,
    target: '',
    isNarrow: false,
    source: undefined,
    destination: undefined,
    in: undefined,
    out: undefined,
  };
  for (let at = 0; at < words.length; at += 2) {
    const value = words[at + 1];
    const word = words[at];
    if (word === '-s') rule.source = value;
    else if (word === '-d') rule.destination = value;
    else if (word === '-i') rule.in = value;
    else if (word === '-o') rule.out = value;
    else if (word === '-j' || word === '-g') {
      rule.target = value ?? '';
      // What follows belongs to the target: --reject-with.
      return [rule];
    } else if (word === '-m' && value === 'comment') at += 2;
    else return [{ ...rule, isNarrow: true }];
  }
  return [rule];
}

/** Words as iptables-save writes them: a comment with blanks stands in double quotes, a quote in it behind a backslash. */
function shellWords(line: string): string[] {
  const found = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return found.map((word) => (word.startsWith('"') ? word.slice(1, -1) : word));
}
