import type { HeldAddress } from '../../model/node-facts.ts';
import { shellWord } from '../../model/text.ts';
import { readAddress } from '../../subnet/address.ts';
import { holds } from '../../subnet/block.ts';
import { onHost } from './remedies.ts';
import { FINE, type NodeJudge } from './view.ts';

/** A reservation this young, in seconds, may be of a pod whose address the API does not know yet. */
const YOUNG = 120;

interface Leaked extends HeldAddress {
  network: string;
}

/**
 * Addresses that host-local holds for containers which are gone. Those of the present subnet block it
 * (`no IP addresses available in range set`); those of a former one do no harm until the node gets that subnet back
 * (plugins host-local/backend/allocator: GetIter looks at its own range alone).
 */
export const judgeAddressesLeaked: NodeJudge = ({ facts, expected, cni }) => {
  if (cni?.bridge === undefined || expected.subnets.length === 0) return FINE;
  const { hostLocal, cniConfigs } = facts;
  if (!hostLocal.known) return { skipped: hostLocal.reason };
  if (expected.podAddresses === undefined) return { skipped: 'the addresses of its pods are not known' };
  const used = new Set(expected.podAddresses.map(key));
  const network = cniConfigs.known ? cniConfigs.value.find((config) => cni.owns(config))?.network : undefined;
  const leaked = hostLocal.value
    .filter((one) => network === undefined || one.network === network)
    .flatMap((one) => one.held.map((held) => ({ ...held, network: one.network })))
    .filter(({ address, age }) => age > YOUNG && !used.has(key(address)));
  const [blocking, former] = parted(leaked, ({ address }) => {
    const read = readAddress(address);
    return read !== undefined && expected.subnets.some((subnet) => holds(subnet, read));
  });
  if (leaked.length === 0) return FINE;
  const blocks = blocking.length > 0;
  const { length } = blocks ? blocking : former;
  const [addresses, are] = length === 1 ? ['1 address', 'is'] : [`${length} addresses`, 'are'];
  return {
    findings: [
      {
        severity: blocks ? 'warning' : 'info',
        message: blocks
          ? `${addresses} of its subnet ${are} held for containers that are gone`
          : `${addresses} of a former subnet ${are} still held`,
        evidence: leaked.map(({ network: of, address }) => `/var/lib/cni/networks/${of}/${address}`),
        remedy: onHost(expected, removal(leaked)),
      },
    ],
  };
};

/** One text an address. */
function key(text: string): string {
  const address = readAddress(text);
  return address ? `${address.family} ${address.value}` : text;
}

function parted<Item>(items: Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

function removal(leaked: Leaked[]): string {
  const groups = Map.groupBy(leaked, ({ network }) => network);
  return [...groups]
    .map(([network, group]) => {
      const files = group.map(({ address }) => shellWord(address)).join(' ');
      return `(cd ${shellWord(`/var/lib/cni/networks/${network}`)} && rm -f ${files})`;
    })
    .join(' && ');
}
