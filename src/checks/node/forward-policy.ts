import type { Block } from '../../model/cidr.ts';
import type { AcceptRule, ForwardPolicy } from '../../model/node-facts.ts';
import { contains } from '../../subnet/block.ts';
import { readSloppily } from '../../subnet/parse.ts';
import { onNetwork } from './remedies.ts';
import { FINE, type NodeJudge, type NodeView } from './view.ts';

/**
 * Packets of pods are not accepted: chain FORWARD ends in DROP or REJECT, and no rule before takes the pods' addresses. Rules that
 * look at connections or marks (KUBE-FORWARD) let only answers through. flannel adds its own (network/iptables.go:forwardRules)
 * unless it is told --iptables-forward-rules=false.
 */
export const judgeForwardPolicyDrop: NodeJudge = (view) => {
  const { facts, expected, cni } = view;
  if (!cni?.isFlannel) return FINE;
  const unread = expected.subnets.map(({ family }) => facts.forwardPolicies[family]).find((one) => !one.known);
  const dropped = expected.subnets.flatMap((subnet) => {
    const policies = facts.forwardPolicies[subnet.family];
    const closed = policies.known ? policies.value.filter((policy) => !accepts(policy, subnet, view)) : [];
    return closed.map((policy) => ({ subnet, policy }));
  });
  if (dropped.length === 0) return unread && !unread.known ? { skipped: unread.reason } : FINE;
  return {
    findings: [
      {
        severity: 'error',
        message: `packets of ${[...new Set(dropped.map(({ subnet }) => subnet.text))].join(', ')} are not forwarded: chain FORWARD ends in ${dropped[0]?.policy.policy}`,
        evidence: dropped.map(
          ({ policy, subnet }) => `${policy.program}: FORWARD ${policy.policy}, nothing accepts ${subnet.text}`,
        ),
        remedy: onNetwork(
          expected,
          dropped.flatMap(({ policy, subnet }) => opens(policy, networkOf(view, subnet))),
        ),
      },
    ],
  };
};

function accepts({ policy, accepts: rules }: ForwardPolicy, subnet: Block, view: NodeView): boolean {
  return policy === 'ACCEPT' || rules.some((rule) => isForPods(rule, subnet, view));
}

/** By the pods' addresses as source or destination, or by a device that only they use. */
function isForPods({ source, destination, in: incoming, out }: AcceptRule, subnet: Block, view: NodeView): boolean {
  const addresses = [source, destination].filter((text) => text !== undefined);
  const devices = [incoming, out].filter((name) => name !== undefined);
  const own = [view.cni?.bridge, ...view.overlays.map(({ device }) => device)];
  const within = (text: string) => {
    const block = readSloppily(text.includes('/') ? text : `${text}/${subnet.family === 'IPv4' ? 32 : 128}`);
    return block !== undefined && contains(block, subnet);
  };
  const matches = (name: string) =>
    own.some((one) => one === name || (name.endsWith('+') && one?.startsWith(name.slice(0, -1))));
  return addresses.every(within) && devices.every(matches);
}

/** flannel's whole network: what comes from peers' pods must pass too. */
function networkOf({ networks }: NodeView, subnet: Block): string {
  return networks.find((network) => contains(network, subnet))?.text ?? subnet.text;
}

function opens({ program }: ForwardPolicy, network: string): string[] {
  return [`${program} -I FORWARD -s ${network} -j ACCEPT`, `${program} -I FORWARD -d ${network} -j ACCEPT`];
}
