import { deletesAddress } from '../../cni/node-commands.ts';
import { readableBlocks } from '../../subnet/parse.ts';
import { onNetwork, restarts } from './remedies.ts';
import { FINE, isIn, type NodeJudge, type NodeJudgement, type NodeView, type Overlay, overlayAddress } from './view.ts';

type Found = Extract<NodeJudgement, { findings: unknown }>['findings'];

/** Asks for each device that flannel should have, when devices could be read. */
function judgeOverlays(judge: (overlay: Overlay, view: NodeView) => Found): NodeJudge {
  return (view) => {
    const { facts, overlays } = view;
    if (overlays.length === 0) return FINE;
    if (!facts.links.known) return { skipped: facts.links.reason };
    return { findings: overlays.flatMap((overlay) => judge(overlay, view)) };
  };
}

/** flannel's device is not there, or is down. */
export const judgeOverlayMissing = judgeOverlays(({ device, link }, { expected }) => {
  if (link?.up) return [];
  return [
    {
      severity: 'error',
      message: link ? `${device} is down` : `there is no device ${device}`,
      evidence: [`the Node's backend is ${expected.flannel?.backend}, its device ${device}`],
      remedy: restarts(expected),
    },
  ];
});

/** The device has the address of its subnet, and others. */
export const judgeOverlayAddressExtra = judgeOverlays(({ device, subnet, link }, { expected }) => {
  if (!link || !hasAddress(link.addresses, subnet)) return [];
  const extra = link.addresses.filter((address) => !hasAddress([address], subnet));
  if (extra.length === 0) return [];
  return [
    {
      severity: 'warning',
      message: `${device} has ${extra.join(', ')} beside ${overlayAddress(subnet)}`,
      evidence: [`${device}: ${link.addresses.join(', ')}`],
      remedy: onNetwork(
        expected,
        extra.map((address) => deletesAddress(address, device)),
      ),
    },
  ];
});

/** The device lacks the address of its subnet. What flannel itself still works with is NodeSubnetStale. */
export const judgeOverlayAddressStale = judgeOverlays(
  ({ device, subnet, link }, { expected, isLeaseStale, leased }) => {
    if (!link || hasAddress(link.addresses, subnet)) return [];
    if (isLeaseStale && leased.some((block) => hasAddress(link.addresses, block))) return [];
    const has = link.addresses.join(', ') || 'no address';
    return [
      {
        severity: 'error',
        message: `${device} has ${has}, its subnet's is ${overlayAddress(subnet)}`,
        evidence: [`${device}: ${has}`],
        remedy: restarts(expected),
      },
    ];
  },
);

/** The device has another MAC address than peers are told. */
export const judgeVtepMACDiffers = judgeOverlays(({ device, mac, link }, { expected }) => {
  if (!link || link.mac === mac) return [];
  return [
    {
      severity: 'error',
      message: `${device} has the MAC address ${link.mac ?? '<none>'}, peers are told ${mac}`,
      evidence: [`${device}: ${link.mac ?? '<none>'}`, `VtepMAC of the Node's annotation: ${mac}`],
      remedy: restarts(expected),
    },
  ];
});

function hasAddress(addresses: string[], subnet: Overlay['subnet']): boolean {
  const [wanted] = readableBlocks([overlayAddress(subnet)]);
  return wanted !== undefined && isIn(readableBlocks(addresses), wanted);
}
