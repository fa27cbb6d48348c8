import { needsNoSubnet } from '../../cni/may-lack-subnet.ts';
import { compareText, count } from '../../model/text.ts';
import { type Judge, NONE } from '../check.ts';
import { reassign } from '../remedy.ts';

/** Events of kube-controller-manager's allocator (pkg/controller/nodeipam/ipam/range_allocator.go). */
const MEANINGS: Record<string, string> = {
  CIDRNotAvailable: 'the cluster CIDR had no free subnet',
  CIDRAssignmentFailed: 'the subnet could not be written into the Node',
};

/** Nodes that asked for a subnet in the last hour, were given none, and have none now. */
export const judgeAllocationFailed: Judge = ({ facts, byName }) => {
  const { events } = facts;
  if (!events.known) return { skipped: events.reason };
  const failed = events.value.filter(({ kind, reason, name }) => {
    const viewed = byName.get(name);
    return kind === 'Node' && reason in MEANINGS && viewed?.subnets.length === 0 && !needsNoSubnet(viewed.node);
  });
  if (failed.length === 0) return NONE;
  const nodes = [...new Set(failed.map(({ name }) => name))].sort(compareText);
  const lines = failed.map(
    ({ name, reason, count: times }) => `${name}: event ${reason}, ${count(times, 'time')}: ${MEANINGS[reason]}`,
  );
  return {
    findings: [
      {
        severity: 'warning',
        nodes,
        subject: { kind: 'Event', name: failed[0]?.reason ?? '' },
        message: `kube-controller-manager had no subnet for ${count(nodes.length, 'node')}`,
        evidence: [...new Set(lines)].sort(compareText),
        remedy: reassign(nodes),
      },
    ],
  };
};
