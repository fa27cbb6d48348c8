import type { Block } from '../../model/cidr.ts';
import { Failure } from '../../model/failure.ts';
import { nodeName } from '../../model/node-name.ts';
import { quote } from '../../model/quote.ts';
import { parseBlock } from '../../subnet/parse.ts';

/** What the operator asked for one node: these subnets, or (undefined) free ones. */
export interface Wish {
  node: string;
  blocks: Block[] | undefined;
}

/**
 * Reads `NODE` and `NODE=CIDR[,CIDR]` arguments and the value of --cidr.
 * Throws Failure on anything that is not exactly right: a typing error must not become another subnet.
 */
export function readWishes(args: string[], cidr: string | undefined): Wish[] {
  const wishes = args.map(readWish);
  const [only, ...others] = wishes;
  const twice = wishes.find((wish, index) => wishes.findIndex((other) => other.node === wish.node) !== index);
  if (twice) throw new Failure(`node "${twice.node}" is named twice`);
  if (cidr === undefined) return wishes;
  if (!only || others.length > 0) throw new Failure('--cidr goes with exactly one node; give several as NODE=CIDR');
  if (only.blocks) throw new Failure(`give the subnet of ${only.node} either as NODE=CIDR or as --cidr, not both`);
  return [{ node: only.node, blocks: readBlocks(cidr, '--cidr ') }];
}

function readWish(arg: string): Wish {
  const at = arg.indexOf('=');
  const node = at < 0 ? arg : arg.slice(0, at);
  if (node === '') throw new Failure(`${quote(arg)} names no node; write NODE or NODE=CIDR`);
  return { node: nodeName(node), blocks: at < 0 ? undefined : readBlocks(arg.slice(at + 1), `${node}=`) };
}

/** One subnet, or one of each family, separated by a comma. `where` stands before the text in messages. */
function readBlocks(text: string, where: string): Block[] {
  const shown = `${where}${quote(text)}`;
  const parts = text.split(',');
  if (parts.length > 1 && parts.includes('')) {
    throw new Failure(`${shown} has an empty part: separate two subnets by one comma, and end in none`);
  }
  const blocks = parts.map((part) => {
    const parsed = parseBlock(part);
    if (parsed.ok) return parsed.block;
    throw new Failure(`${where}${quote(part)} is not a subnet: ${parsed.reason}`);
  });
  const [first, second, third] = blocks;
  if (third || (first && second && first.family === second.family)) {
    throw new Failure(`${shown}: at most one subnet of each family, separated by a comma`);
  }
  return blocks;
}
