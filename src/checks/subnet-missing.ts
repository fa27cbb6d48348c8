import { mayLackSubnet } from '../cni/may-lack-subnet.ts';
import { recogniseCNI } from '../cni/recognise.ts';
import { count } from '../model/text.ts';
import { type Judge, NONE } from './check.ts';
import { reassign } from './remedy.ts';
import { nodeNames, type View } from './view.ts';

/** Nodes without a subnet: an error where a CNI that follows spec.podCIDR is recognised or installed, else a warning. */
export const judgeSubnetMissing: Judge = (view) => {
  const { survey } = view;
  const missing = view.nodes.filter(({ node, subnets }) => subnets.length === 0 && !mayLackSubnet(node, survey));
  if (missing.length === 0) return NONE;
  const nodes = nodeNames(missing);
  const cni = follower(view);
  return {
    findings: [
      {
        severity: cni ? 'error' : 'warning',
        nodes,
        subject: { kind: 'Field', name: 'spec.podCIDR' },
        message: `${count(nodes.length, 'node')} ${nodes.length === 1 ? 'has' : 'have'} no pod subnet`,
        evidence: [
          cni ?? 'no CNI that follows spec.podCIDR is recognised on any node, so this is a warning',
          ...allocation(view),
          ...nodes.map((name) => `${name}: spec.podCIDR is empty`),
        ],
        remedy: reassign(nodes),
      },
    ],
  };
};

/**
 * Names the first node whose CNI takes pod addresses out of spec.podCIDR. Where no node has ever had a subnet no CNI has left a
 * trace on one: then its DaemonSet tells.
 */
function follower({ nodes, facts }: View): string | undefined {
  for (const { node } of nodes) {
    const trace = recogniseCNI(node);
    if (trace?.follows === 'yes') return `${trace.name} on ${node.name} takes pod addresses from spec.podCIDR`;
  }
  const installed = facts.cnis.known ? facts.cnis.value.find(({ follows }) => follows === 'yes') : undefined;
  return installed && `${installed.name} (${installed.source}) takes pod addresses from spec.podCIDR`;
}

function allocation({ survey }: View): string[] {
  const { allocateNodeCIDRs } = survey.settings;
  return allocateNodeCIDRs.known && !allocateNodeCIDRs.value
    ? [`kube-controller-manager hands out no subnets: ${allocateNodeCIDRs.source} is not true`]
    : [];
}
