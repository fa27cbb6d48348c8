import type { Block } from '../../model/cidr.ts';
import { addressText } from '../../subnet/address.ts';
import { addressBlock } from '../../subnet/single.ts';
import type { ExpectedNode, Peer } from './expected.ts';
import { restarts } from './remedies.ts';
import { routesTo, wantedRoutes } from './routes.ts';
import { FINE, homesOf, isIn, type NodeJudge, type NodeView, type Overlay } from './view.ts';

/** What the vxlan device knows of a peer's subnet, in words; the same of several peers that share it. */
interface Known {
  missing: string[];
  stale: string[];
}

/** Entries that lack: packets to this peer are dropped, or sent to nobody. */
export const judgeForwardingEntryMissing: NodeJudge = (view) => judge(view, 'missing', 'know no way to');

/** Entries that lead to another MAC or node address than the peer has. */
export const judgeForwardingEntryStale: NodeJudge = (view) => judge(view, 'stale', 'lead astray for');

function judge(view: NodeView, which: keyof Known, what: string) {
  const { facts, expected, overlays } = view;
  if (overlays.length === 0) return FINE;
  for (const one of [facts.forwarding, facts.neighbours, view.routes]) if (!one.known) return { skipped: one.reason };
  const wrong = throughOverlay(view).flatMap(({ subnet, holders, overlay }) => {
    const evidence = look(view, subnet, holders, overlay)[which];
    return evidence.length === 0 ? [] : [{ holders, evidence, device: overlay.device }];
  });
  if (wrong.length === 0) return FINE;
  const devices = [...new Set(wrong.map(({ device }) => device))];
  const names = [...new Set(wrong.flatMap(({ holders }) => holders.map(({ name }) => name)))];
  return {
    findings: [
      {
        severity: 'error' as const,
        message: `the forwarding entries of ${devices.join(', ')} ${what} ${names.join(', ')}`,
        evidence: wrong.flatMap((one) => one.evidence),
        remedy:
          sharedMAC(
            expected,
            wrong.flatMap(({ holders }) => holders),
          ) ?? restarts(expected),
      },
    ],
  };
}

/** A database keeps one address a MAC: where nodes share one, no restart here helps. */
function sharedMAC({ peers }: ExpectedNode, wrong: Peer[]): string | undefined {
  const macsOf = ({ flannel }: Peer) => Object.values(flannel?.addresses ?? {}).flatMap(({ mac }) => mac ?? []);
  const macs = new Set(wrong.flatMap(macsOf));
  const sharing = [...macs]
    .map((mac) => peers.filter((peer) => macsOf(peer).includes(mac)).map(({ name }) => name))
    .find((names) => names.length > 1);
  if (!sharing) return undefined;
  return `kubectl podcidr explain ForwardingEntryStale  # ${sharing.join(' and ')} have one MAC address`;
}

/**
 * Peers' subnets whose route goes through a device that is there. Without a route that is RouteMissing; a device that got another
 * MAC address has lost its entries with it (net/core/neighbour.c:neigh_changeaddr), which is VtepMACDiffers.
 */
export function throughOverlay(view: NodeView): { subnet: Block; holders: Peer[]; overlay: Overlay }[] {
  return wantedRoutes(view).flatMap((wanted) => {
    const overlay = view.overlays.find(({ family, link }) => family === wanted.subnet.family && link?.up);
    const goes =
      overlay &&
      overlay.link?.mac === overlay.mac &&
      routesTo(view, wanted.subnet).some(({ dev }) => dev === overlay.device);
    return goes ? [{ ...wanted, overlay }] : [];
  });
}

/** How many peers' subnets that go through a device have all that they need there. */
export function countKnown(view: NodeView): number {
  const found = throughOverlay(view).map(({ subnet, holders, overlay }) => look(view, subnet, holders, overlay));
  return found.filter(({ missing, stale }) => missing.length === 0 && stale.length === 0).length;
}

/** The subnet's first address must be a neighbour with a holder's MAC, and this MAC must be behind that holder's address. */
function look({ facts }: NodeView, subnet: Block, holders: Peer[], { device }: Overlay): Known {
  const gateway = addressText(subnet.family, subnet.first);
  const neighbours = facts.neighbours.known ? facts.neighbours.value : [];
  const entries = facts.forwarding.known ? facts.forwarding.value : [];
  const neighbour = neighbours.find(({ dev, address }) => dev === device && isSame(address, gateway));
  const macs = holders.map(({ flannel }) => flannel?.addresses[subnet.family].mac);
  if (!neighbour) return { missing: [`no neighbour ${gateway} on ${device}`], stale: [] };
  const { mac } = neighbour;
  if (!macs.includes(mac)) {
    return { missing: [], stale: [`neighbour ${gateway} has ${mac}, not ${macs.join(' or ')}`] };
  }
  const behind = entries.filter((entry) => entry.dev === device && entry.mac === mac && entry.dst !== undefined);
  const owners = holders.filter(({ flannel }) => flannel?.addresses[subnet.family].mac === mac);
  if (behind.length === 0) return { missing: [`no entry for ${mac} on ${device}`], stale: [] };
  const homes = owners.flatMap((owner) => homesOf(owner, subnet.family));
  const astray = behind.filter(({ dst }) => {
    const block = addressBlock(dst ?? '');
    return block === undefined || !isIn(homes, block);
  });
  const wanted = owners.map(({ flannel }) => flannel?.addresses[subnet.family].publicIP).join(' or ');
  return { missing: [], stale: astray.map(({ dst }) => `${mac} is behind ${dst}, not ${wanted}`) };
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [addressBlock(a), addressBlock(b)];
  return one !== undefined && other !== undefined && isIn([one], other);
}
