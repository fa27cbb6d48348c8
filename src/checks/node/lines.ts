import type { FactLine } from '../../model/fact-line.ts';
import type { Finding } from '../../model/finding.ts';
import type { ForwardPolicy, NodeFacts, NodeLink } from '../../model/node-facts.ts';
import type { Reading } from '../../model/reading.ts';
import type { NodeCode } from '../catalogue.ts';
import type { ExpectedNode } from './expected.ts';
import { countKnown, throughOverlay } from './forwarding.ts';
import { routesTo, wantedRoutes } from './routes.ts';
import { gatewayOf, type NodeView, overlayAddress, viewNode } from './view.ts';

/** A line before its codes are known. */
interface Line extends Omit<FactLine, 'codes'> {
  about: NodeCode[];
}

/** Whose findings stand for other facts that differ by the same cause. */
const CAUSES: string[] = ['NodeSubnetStale', 'OverlayMissing'];

/** What a node has, a line a fact, as far as it can be compared with its CNI. */
export function factLines(facts: NodeFacts, expected: ExpectedNode, findings: Finding[]): FactLine[] {
  const view = viewNode(facts, expected);
  const raised = findings.map(({ code }) => code);
  const causes = raised.filter((code) => CAUSES.includes(code));
  return linesOf(view).map(({ about, ...line }) => {
    const own = raised.filter((code) => (about as string[]).includes(code));
    const differs = line.unknown === undefined && isComparable(line) && line.expected.join() !== line.found.join();
    return { ...line, codes: [...new Set(own.length > 0 || !differs ? own : causes)] };
  });
}

/** What may be there later, like a bridge before the first pod, differs without being wrong. */
function isComparable({ expected, found }: Omit<FactLine, 'codes'>): boolean {
  return expected.length > 0 && found.length > 0;
}

function linesOf(view: NodeView): Line[] {
  const { cni } = view;
  return [
    ...(cni?.isFlannel ? [subnetLine(view)] : []),
    ...(cni?.bridge === undefined ? [] : [bridgeLine(view, cni.bridge)]),
    ...overlayLines(view),
    ...publicIPLines(view),
    ...routeLines(view),
    ...forwardingLines(view),
    ...kernelLines(view),
    ...(cni?.isFlannel ? policyLines(view) : []),
    ...fileLines(view),
  ];
}

/** The line of a reading: what it holds, or why it is not known. */
function line<Value>(
  fact: string,
  reading: Reading<Value>,
  expected: string[],
  found: (value: Value) => string[],
  about: NodeCode[],
): Line {
  if (!reading.known) return { fact, expected, found: [], about, unknown: reading.reason };
  return { fact, expected, found: found(reading.value), about };
}

function subnetLine({ facts, expected }: NodeView): Line {
  return line('subnet.env', facts.subnetEnv, expected.subnets.map(gatewayOf), ({ subnets }) => subnets, [
    'NodeSubnetStale',
  ]);
}

function bridgeLine({ facts, expected }: NodeView, bridge: string): Line {
  return line(bridge, facts.links, expected.subnets.map(gatewayOf), addressesOf(bridge), ['BridgeAddressStale']);
}

function overlayLines({ facts, overlays }: NodeView): Line[] {
  return overlays.flatMap(({ device, subnet, mac }) => [
    line(device, facts.links, [overlayAddress(subnet)], addressesOf(device), [
      'OverlayMissing',
      'OverlayAddressStale',
      'OverlayAddressExtra',
    ]),
    line(`${device} MAC`, facts.links, [mac], (links) => texts(links.find(({ name }) => name === device)?.mac), [
      'OverlayMissing',
      'VtepMACDiffers',
    ]),
  ]);
}

function publicIPLines({ facts, expected, cni }: NodeView): Line[] {
  if (!cni?.isFlannel) return [];
  return (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const publicIP = expected.flannel?.addresses[family].publicIP;
    if (publicIP === undefined) return [];
    const on = (links: NodeLink[]) =>
      texts(links.find(({ addresses }) => addresses.some((text) => text.split('/')[0] === publicIP)) && publicIP);
    return [line(family === 'IPv4' ? 'public-ip' : 'public-ipv6', facts.links, [publicIP], on, ['PublicIPForeign'])];
  });
}

function routeLines(view: NodeView): Line[] {
  const wanted = wantedRoutes(view);
  if (wanted.length === 0) return [];
  const there = () => wanted.filter(({ subnet }) => routesTo(view, subnet).length > 0);
  return [
    line('routes', view.routes, [`${wanted.length} to peers`], () => [`${there().length} to peers`], [
      'RouteMissing',
      'RouteStale',
      'RouteToSelf',
    ]),
  ];
}

function forwardingLines(view: NodeView): Line[] {
  const through = throughOverlay(view);
  if (through.length === 0) return [];
  return [
    line(
      'forwarding entries',
      view.facts.forwarding,
      [`${through.length} to peers`],
      () => [`${countKnown(view)} to peers`],
      ['ForwardingEntryMissing', 'ForwardingEntryStale'],
    ),
  ];
}

function kernelLines({ facts, expected, cni }: NodeView): Line[] {
  const families = [...new Set(expected.subnets.map(({ family }) => family))];
  const onOff = (value: boolean) => [value ? 'on' : 'off'];
  return [
    ...families.map((family) => line(`${family} forwarding`, facts.forwards[family], ['on'], onOff, ['ForwardingOff'])),
    ...(cni?.bridge === undefined
      ? []
      : [line('bridge filter', facts.bridgeFilter, ['on'], onOff, ['BridgeFilterOff'])]),
  ];
}

function policyLines({ facts, expected }: NodeView): Line[] {
  const families = [...new Set(expected.subnets.map(({ family }) => family))];
  return families.map((family) =>
    line(`${family} FORWARD`, facts.forwardPolicies[family], [], (policies) => policies.map(policyText), [
      'ForwardPolicyDrop',
    ]),
  );
}

function policyText({ policy, accepts }: ForwardPolicy): string {
  const addresses = accepts.flatMap(({ source, destination }) => source ?? destination ?? []);
  if (policy === 'ACCEPT' || addresses.length === 0) return policy;
  return `${policy} but for ${[...new Set(addresses)].join(' ')}`;
}

function fileLines({ facts, cni }: NodeView): Line[] {
  if (!cni) return [];
  return [
    line('CNI configuration', facts.cniConfigs, [], ([first]) => texts(first?.file), ['CNIConfigShadowed']),
    ...(cni.bridge === undefined
      ? []
      : [
          line(
            'held addresses',
            facts.hostLocal,
            [],
            (networks) => [String(networks.flatMap(({ held }) => held).length)],
            ['AddressesLeaked'],
          ),
        ]),
  ];
}

function addressesOf(device: string) {
  return (links: NodeLink[]) => links.find(({ name }) => name === device)?.addresses ?? [];
}

function texts(text: string | undefined): string[] {
  return text === undefined ? [] : [text];
}
