import { byHand } from './by-hand.ts';
import { startupHazard } from './outside.ts';
import { hostOf, isOn, leadingReplica, type Replica } from './replica.ts';
import { heedsUpdates } from './version.ts';

/** What is known of kube-controller-manager. */
export interface AllocatorView {
  /** Name of the process that holds the leader's lease; undefined without a lease, '' when nobody holds it any more. */
  holder: string | undefined;
  replicas: Replica[];
  nodes: { name: string; podCIDRs: string[]; kubeletVersion: string }[];
}

/** What is to be done, and what the operator is told. */
export type Verdict =
  | { deed: 'nothing'; lines: string[] }
  /** `lines`: what is left to do if that fails. */
  | { deed: 'restart'; lines: string[]; leader: Replica; holder: string }
  | { deed: 'leave'; lines: string[] };

/**
 * What kube-controller-manager needs so that it hands out none of these nodes' subnets again. It keeps one bit a subnet and
 * no count (cidr_set.go): up to 1.31.3 a bit that was freed while somebody still used it, or that was set by nobody because
 * the subnet was patched in, is right only after its leader has started again.
 */
export function judgeAllocator(view: AllocatorView, endangered: string[], mode: 'auto' | 'never'): Verdict {
  const { holder, replicas } = view;
  if (replicas.length > 0 && !replicas.some((one) => isOn(one, 'allocate-node-cidrs', false))) {
    return { deed: 'nothing', lines: [] };
  }
  const alone = replicas.find((one) => !isOn(one, 'leader-elect', true));
  const elects = alone === undefined;
  const leader = alone ?? leadingReplica(holder ?? '', replicas);
  const idle = elects && (replicas.length > 0 ? !holder : holder === '');
  if (idle || (leader && leader.life === undefined)) return { deed: 'nothing', lines: [IDLE] };
  const host = view.nodes.find(({ name }) => name.toLowerCase() === hostOf(holder ?? ''));
  const embedded = !leader && host?.kubeletVersion.includes('+k3s') ? host : undefined;
  const version = leader?.version ?? embedded?.kubeletVersion;
  if (heedsUpdates(version)) return { deed: 'nothing', lines: [] };
  const hazard = startupHazard(replicas, view.nodes);
  const lines = byHand({ version, endangered, hazard, elects, leader, host: embedded?.name });
  const comesBack = elects && leader?.isStatic && holder && !hazard;
  return comesBack && mode === 'auto' ? { deed: 'restart', lines, leader, holder } : { deed: 'leave', lines };
}

const IDLE = 'kube-controller-manager does not run now; it reads which subnets are in use when it starts';
