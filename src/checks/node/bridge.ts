import { deletesAddress, deletesLink } from '../../cni/node-commands.ts';
import { readSloppily } from '../../subnet/parse.ts';
import { podsCutOff } from '../remedy.ts';
import { onNetwork } from './remedies.ts';
import { FINE, gatewayOf, type NodeJudge } from './view.ts';

/**
 * The bridge of the pods has an address that is not its subnet's: the plugin refuses another one of that family
 * (containernetworking/plugins bridge.go:ensureAddr). What flannel itself still hands out is NodeSubnetStale.
 */
export const judgeBridgeAddressStale: NodeJudge = ({ facts, expected, cni, bridge, leased }) => {
  if (cni?.bridge === undefined || expected.subnets.length === 0) return FINE;
  if (!facts.links.known) return { skipped: facts.links.reason };
  if (!bridge) return FINE;
  const wanted = expected.subnets.map(gatewayOf);
  const known = [...wanted, ...leased.map(gatewayOf)];
  const stale = bridge.addresses.filter((address) => !known.includes(normal(address)));
  if (stale.length === 0) return FINE;
  const isThere = bridge.addresses.some((address) => wanted.includes(normal(address)));
  return {
    findings: [
      {
        severity: 'error',
        message: `${bridge.name} has ${stale.join(', ')}, its subnet's address is ${wanted.join(', ')}`,
        evidence: [`${bridge.name}: ${bridge.addresses.join(', ')}`],
        remedy: isThere
          ? onNetwork(
              expected,
              stale.map((address) => deletesAddress(address, bridge.name)),
            )
          : onNetwork(expected, [deletesLink(bridge.name)], podsCutOff([expected.name])),
      },
    ],
  };
};

/** The address as we write it: IPv6 has many texts. */
function normal(text: string): string {
  const [address = '', prefix = ''] = text.split('/');
  const alone = readSloppily(`${address}/${address.includes(':') ? 128 : 32}`);
  return alone ? `${alone.text.split('/')[0]}/${prefix}` : text;
}
