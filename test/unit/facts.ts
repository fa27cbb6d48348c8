import type { NodeFacts, NodeLink, NodeRoute } from '../../src/model/node-facts.ts';
import type { Reading } from '../../src/model/reading.ts';

/** A fact that is known. */
export function known<Value>(value: Value): Reading<Value> {
  return { known: true, value, source: 'test' };
}

const UNREAD = { known: false, reason: 'not read' } as const;

/** Facts of a node of which only these are known. */
export function facts(some: Partial<NodeFacts>): NodeFacts {
  return {
    node: 'n3',
    source: 'test',
    subnetEnv: UNREAD,
    links: UNREAD,
    routes: UNREAD,
    forwarding: UNREAD,
    neighbours: UNREAD,
    forwards: { IPv4: UNREAD, IPv6: UNREAD },
    forwardPolicies: { IPv4: UNREAD, IPv6: UNREAD },
    bridgeFilter: UNREAD,
    cniConfigs: UNREAD,
    hostLocal: UNREAD,
    ...some,
  };
}

export function link(name: string, addresses: string[], kind?: string): NodeLink {
  return { name, addresses, kind, up: true, mac: undefined, mtu: 1500 };
}

/** A route as `ip route` writes it: `10.244.2.0/24 via 10.99.0.12 dev eth0`, `blackhole 10.244.1.0/24`. */
export function route(text: string): NodeRoute {
  const words = text.split(' ');
  const type = /^\d|:/.test(words[0] ?? '') ? 'unicast' : (words.shift() ?? '');
  const [to = ''] = words;
  const after = (key: string) => (words.includes(key) ? words[words.indexOf(key) + 1] : undefined);
  return {
    family: to.includes(':') ? 'IPv6' : 'IPv4',
    to,
    via: after('via'),
    dev: after('dev'),
    metric: undefined,
    type,
  };
}
