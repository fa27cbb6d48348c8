import { listControllerManagers } from '../../kube/objects/controller-managers.ts';
import { type LeaderLease, readLeaderLease } from '../../kube/objects/leader-lease.ts';
import { listNodes } from '../../kube/objects/nodes.ts';
import { asObject, asText } from '../../model/read-json.ts';
import { readReplica } from '../../plan/allocator/replica.ts';
import type { AllocatorView } from '../../plan/allocator/verdict.ts';
import { podCIDRsOf } from '../../subnet/pod-cidrs.ts';
import type { AllocatorTools } from './restart.ts';

/** A leader renews its lease every 2 s (options.go: RetryPeriod); some to spare. */
const RENEWALS = 5_000;

/** Reads by quorum what decides about a restart. Throws ApiError, WireError, Failure. */
export async function lookAtAllocator(tools: AllocatorTools): Promise<AllocatorView> {
  const { wire } = tools;
  const [lease, pods, nodes] = await Promise.all([
    readLeaderLease(wire),
    listControllerManagers(wire, 'quorum'),
    listNodes(wire, 'quorum'),
  ]);
  const holder = lease && ((await isAbandoned(lease, tools)) ? '' : lease.holder);
  return {
    holder,
    replicas: pods.map(readReplica),
    nodes: nodes.items.map((node) => ({
      name: asText(asObject(node.metadata).name) ?? '',
      podCIDRs: podCIDRsOf(node),
      kubeletVersion: asText(asObject(asObject(node.status).nodeInfo).kubeletVersion) ?? '',
    })),
  };
}

/**
 * True when nobody renews the lease. Clocks of hosts differ, so one that looks expired is watched for a moment: each renewal
 * shows that its holder lives.
 */
async function isAbandoned(first: LeaderLease, tools: AllocatorTools): Promise<boolean> {
  const { clock, waits } = tools;
  if (first.date === undefined || first.date - first.renewed <= first.duration) return false;
  const end = clock.monotonic() + RENEWALS;
  while (clock.monotonic() < end && !tools.stopping()) {
    await clock.sleep(waits.poll);
    const now = await readLeaderLease(tools.wire);
    if (now && now.renewed !== first.renewed) return false;
  }
  return true;
}
