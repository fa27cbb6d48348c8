import { compareKeepers } from '../../model/keeper.ts';
import { isNodeName } from '../../model/node-name.ts';
import { count } from '../../model/text.ts';
import type { Judge } from '../check.ts';
import { nodeNames, type View } from '../view.ts';
import { annotatedNodes, shared } from './lease-facts.ts';
import { flannelPodOn } from './restart.ts';

/** Nodes whose vxlan devices have one MAC: a peer keeps one destination a MAC, the last that it learned. One finding a MAC. */
export const judgeFlannelVtepMACDuplicate: Judge = (view) => ({
  findings: shared(annotatedNodes(view), ({ mac }) => mac).map(({ value, family, holders }) => {
    const nodes = nodeNames(holders);
    const machines = new Set(holders.map(({ node }) => node.machineID ?? ''));
    const [, ...others] = holders.map(({ node }) => node).sort((a, b) => compareKeepers(a, b));
    const clones = machines.size === 1 && !machines.has('');
    return {
      severity: 'error' as const,
      nodes,
      subject: { kind: 'MAC', name: value },
      message: `${count(nodes.length, 'node')} have the same VtepMAC ${value}`,
      evidence: [
        ...holders.map(
          ({ node, lease }) => `${node.name}: ${lease.addresses[family].device} at ${lease.addresses[family].publicIP}`,
        ),
        ...(clones ? ['they have one machine id: copies of one disk, see MachineIDDuplicate'] : []),
      ],
      remedy: others
        .map((node) => renew(view, node.name, holders[0]?.lease.addresses[family].device ?? 'flannel.1', family))
        .join(' && '),
    };
  }),
});

/** flannel of v0.25.2 and later takes the MAC of the annotation again, older ones that of the device (vxlan/device.go). */
function renew(view: View, node: string, device: string, family: 'IPv4' | 'IPv6'): string {
  if (!isNodeName(node)) return 'the name is not valid: no command can name it';
  const key = family === 'IPv4' ? 'backend-data' : 'backend-v6-data';
  const forget = `kubectl annotate node ${node} flannel.alpha.coreos.com/${key}-`;
  const pod = flannelPodOn(view, node);
  if (!pod) return `${forget}  # then on ${node}: ip link delete ${device}, and restart flannel`;
  const where = `kubectl -n ${pod.namespace}`;
  return `${forget} && ${where} exec ${pod.name} -c kube-flannel -- ip link delete ${device} && ${where} delete pod ${pod.name}`;
}
