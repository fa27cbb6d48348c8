import { listControllerManagers } from '../../kube/objects/controller-managers.ts';
import { readLeaderLease } from '../../kube/objects/leader-lease.ts';
import { listNodes } from '../../kube/objects/nodes.ts';
import { asObject, asText } from '../../model/read-json.ts';
import { readReplica } from '../../plan/allocator/replica.ts';
import type { AllocatorView } from '../../plan/allocator/verdict.ts';
import { podCIDRsOf } from '../../subnet/pod-cidrs.ts';
import { isAbandoned } from './abandoned.ts';
import type { AllocatorTools } from './restart.ts';

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
