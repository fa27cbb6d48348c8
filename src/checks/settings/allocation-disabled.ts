import { needsNoSubnet } from '../../cni/may-lack-subnet.ts';
import { count } from '../../model/text.ts';
import { type Judge, NONE } from '../check.ts';
import { clusterCIDROf, setFlags } from '../setting-remedy.ts';
import { nodeNames } from '../view.ts';

/** Nobody hands out subnets: a warning where a node lacks one, else for information. */
export const judgeAllocationDisabled: Judge = (view) => {
  const { survey, facts, nodes } = view;
  const { allocateNodeCIDRs } = survey.settings;
  if (!allocateNodeCIDRs.known) return { skipped: allocateNodeCIDRs.reason };
  const { found, missing } = facts.allocators;
  if (allocateNodeCIDRs.value || found.length > 0) return NONE;
  const lacking = nodeNames(nodes.filter(({ node, subnets }) => subnets.length === 0 && !needsNoSubnet(node)));
  const others = missing.length > 0 ? [`whether another component does: ${missing.join('; ')}`] : [];
  return {
    findings: [
      {
        severity: lacking.length > 0 ? 'warning' : 'info',
        nodes: lacking,
        subject: { kind: 'Setting', name: '--allocate-node-cidrs' },
        message: `kube-controller-manager hands out no subnets${lacking.length > 0 ? `, and ${count(lacking.length, 'node')} ${lacking.length === 1 ? 'has' : 'have'} none` : ''}`,
        evidence: [`--allocate-node-cidrs is not true: ${allocateNodeCIDRs.source}`, ...others],
        remedy: setFlags(['--allocate-node-cidrs=true', ['--cluster-cidr', ...clusterCIDROf(view)].join('=')]),
      },
    ],
  };
};
