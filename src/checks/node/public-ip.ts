import type { Family } from '../../model/cidr.ts';
import { addressBlock } from '../../subnet/single.ts';
import { restarts } from './remedies.ts';
import { FINE, isIn, type NodeJudge } from './view.ts';

const FAMILIES: Family[] = ['IPv4', 'IPv6'];

/** flannel's peers send to an address that the node does not have. One that somebody has chosen may be behind NAT. */
export const judgePublicIPForeign: NodeJudge = ({ facts, expected, cni }) => {
  const { flannel } = expected;
  if (!cni?.isFlannel || !flannel) return FINE;
  if (!facts.links.known) return { skipped: facts.links.reason };
  const own = facts.links.value
    .filter(({ name }) => name !== 'lo')
    .flatMap(({ name, addresses }) => addresses.map((text) => ({ name, text })));
  const blocks = own.flatMap(({ text }) => addressBlock(text.replace(/\/.*/, '')) ?? []);
  return {
    findings: FAMILIES.flatMap((family) => {
      const { publicIP, isChosen } = flannel.addresses[family];
      const block = publicIP === undefined || isChosen ? undefined : addressBlock(publicIP);
      if (!block || isIn(blocks, block)) return [];
      return [
        {
          severity: 'warning' as const,
          message: `peers send to ${publicIP}, which is no address of the node`,
          evidence: [
            `public address of the Node's annotation: ${publicIP}`,
            `the node has ${own.map(({ name, text }) => `${text} (${name})`).join(', ')}`,
          ],
          remedy: `${restarts(expected)}  # flannel writes it anew; if it comes back, see its --iface and --public-ip`,
        },
      ];
    }),
  };
};
