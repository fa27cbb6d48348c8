import type { NodeRoute } from '../model/node-facts.ts';
import { shellWord } from '../model/text.ts';

/** The command that deletes a device. */
export function deletesLink(name: string): string {
  return `ip link del ${shellWord(name)}`;
}

/** The command that deletes exactly this route. */
export function deletesRoute({ family, to, via, dev, type }: NodeRoute): string {
  return [
    family === 'IPv6' ? 'ip -6 route del' : 'ip route del',
    ...(type === 'unicast' ? [] : [shellWord(type)]),
    shellWord(to),
    ...(via === undefined ? [] : ['via', shellWord(via)]),
    // The kernel has routes to nowhere on lo.
    ...(dev === undefined || type !== 'unicast' ? [] : ['dev', shellWord(dev)]),
  ].join(' ');
}

/** The command that takes an address from a device. */
export function deletesAddress(address: string, dev: string): string {
  return `ip addr del ${shellWord(address)} dev ${shellWord(dev)}`;
}
