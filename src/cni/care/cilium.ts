import { contains } from '../../subnet/block.ts';
import { readableBlocks } from '../../subnet/parse.ts';
import { addressBlock } from '../../subnet/single.ts';
import { type CNICare, linkAddresses } from './care.ts';

/**
 * cilium in ipam mode kubernetes waits for its Node's subnet when its agent starts (Kubernetes Host Scope). cilium_host shows it;
 * an old address there proves nothing.
 */
export const ciliumCare: CNICare = {
  cni: 'cilium',
  restarts: true,
  shownBy: 'ip addr show cilium_host',
  routes: false,
  inForce(facts, to) {
    const addresses = linkAddresses(facts, 'cilium_host') ?? [];
    const blocks = addresses.flatMap((address) => addressBlock(address.split('/')[0] ?? '') ?? []);
    const shown = blocks.some((block) => readableBlocks(to).some((subnet) => contains(subnet, block)));
    return shown ? true : undefined;
  },
};
