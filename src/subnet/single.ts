import type { Block } from '../model/cidr.ts';
import { readAddress } from './address.ts';
import { blockAt } from './block.ts';
import { BITS } from './family.ts';

/** The block that holds one address alone (/32 or /128); undefined when the text is no address. */
export function addressBlock(text: string): Block | undefined {
  const address = readAddress(text);
  return address && blockAt(address.family, address.value, BITS[address.family]);
}
