import type { Allocator } from '../../model/cluster-facts.ts';
import type { ClusterSettings } from '../../model/settings.ts';
import { type Judge, NONE } from '../check.ts';

/** Two components that hand out subnets know nothing of each other. */
export const judgeAllocatorsConflict: Judge = ({ survey, facts }) => {
  const { found, missing } = facts.allocators;
  const all = [...controllerManager(survey.settings), ...found];
  const names = [...new Set(all.map(({ name }) => name))];
  const { allocateNodeCIDRs } = survey.settings;
  const unread = [...missing, ...(allocateNodeCIDRs.known ? [] : [allocateNodeCIDRs.reason])];
  const skipped = unread.length > 0 ? [...new Set(unread)].join('; ') : undefined;
  if (names.length < 2) return skipped === undefined ? NONE : { skipped };
  return {
    findings: [
      {
        severity: 'error',
        nodes: [],
        subject: { kind: 'Setting', name: '--allocate-node-cidrs' },
        message: `${names.join(' and ')} ${names.length === 2 ? 'both' : 'all'} hand out subnets`,
        evidence: all.map(({ name, source }) => `${name}: ${source}`),
        remedy: `set --allocate-node-cidrs=false for kube-controller-manager, or take ${names.filter((name) => name !== KCM).join(' and ')} away`,
      },
    ],
    skipped,
  };
};

const KCM = 'kube-controller-manager';

/** With the allocator types of clouds it hands out nothing itself (pkg/controller/nodeipam/ipam/cidr_allocator.go). */
function controllerManager({ allocateNodeCIDRs, allocatorType }: ClusterSettings): Allocator[] {
  if (!allocateNodeCIDRs.known || !allocateNodeCIDRs.value) return [];
  if (allocatorType.known && allocatorType.value !== 'RangeAllocator') return [];
  return [{ name: KCM, source: allocateNodeCIDRs.source }];
}
