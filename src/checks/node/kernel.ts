import type { Family } from '../../model/cidr.ts';
import { onHost } from './remedies.ts';
import { FINE, type NodeJudge, type NodeJudgement } from './view.ts';

const SETTINGS: Record<Family, string> = {
  IPv4: 'net.ipv4.ip_forward',
  IPv6: 'net.ipv6.conf.all.forwarding',
};

/** The node does not forward packets of a family that its pods have. */
export const judgeForwardingOff: NodeJudge = ({ facts, expected }) => {
  const families = [...new Set(expected.subnets.map(({ family }) => family))];
  const unread = families.map((family) => facts.forwards[family]).find((one) => !one.known);
  const off = families.filter((family) => {
    const forwards = facts.forwards[family];
    return forwards.known && !forwards.value;
  });
  if (off.length === 0) return unread && !unread.known ? { skipped: unread.reason } : FINE;
  const settings = off.map((family) => SETTINGS[family]);
  return finding({
    severity: 'error',
    message: `the node does not forward ${off.join(' and ')} packets`,
    evidence: settings.map((setting) => `${setting} = 0`),
    remedy: onHost(
      expected,
      settings.map((setting) => `sysctl -w ${setting}=1`).join(' && '),
      'keep it in /etc/sysctl.d',
    ),
  });
};

/** Packets on the pods' bridge do not meet iptables: services fail between pods of one node. */
export const judgeBridgeFilterOff: NodeJudge = ({ facts, expected, cni }) => {
  if (cni?.bridge === undefined) return FINE;
  const { bridgeFilter } = facts;
  if (!bridgeFilter.known) return { skipped: bridgeFilter.reason };
  if (bridgeFilter.value) return FINE;
  return finding({
    severity: 'warning',
    message: `packets on ${cni.bridge} do not meet iptables`,
    evidence: ['net.bridge.bridge-nf-call-iptables is not 1, or br_netfilter is not loaded'],
    remedy: onHost(
      expected,
      'modprobe br_netfilter; sysctl -w net.bridge.bridge-nf-call-iptables=1',
      'keep it in /etc/modules-load.d and /etc/sysctl.d',
    ),
  });
};

function finding(one: Extract<NodeJudgement, { findings: unknown }>['findings'][number]): NodeJudgement {
  return { findings: [one] };
}
