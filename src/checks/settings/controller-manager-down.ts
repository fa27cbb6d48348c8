import { recogniseText, tellingLines } from '../../cni/known-text.ts';
import { GONE_AFTER } from '../../model/cluster-facts.ts';
import { failingContainer, type WatchedPod } from '../../model/pod-state.ts';
import type { ClusterSurvey } from '../../model/survey.ts';
import { count } from '../../model/text.ts';
import { type Judge, NONE, type Uncoded } from '../check.ts';
import { judgeSubnetOutsideClusterCIDR } from '../subnet-outside-cluster-cidr.ts';
import type { View } from '../view.ts';
import { CONTROLLER_MANAGER_TEXTS, OUTSIDE } from './controller-manager-texts.ts';

/**
 * kube-controller-manager that does not work: its lease is not renewed, or a replica starts again and again. Without a lease
 * nothing is said: leader election may be off.
 */
export const judgeControllerManagerDown: Judge = (view) => {
  const { leader, managers } = view.facts;
  const stale = staleness(view.survey);
  const failing = managers.known ? managers.value.filter((pod) => failingContainer(pod, view.survey.now)) : [];
  const findings = stale !== undefined || failing.length > 0 ? [finding(view, stale, failing)] : [];
  if (leader.known || findings.length > 0) return findings.length > 0 ? { findings } : NONE;
  return { skipped: leader.reason };
};

/** Milliseconds since the leader's last renewal; undefined while that is no matter, or it is not known. */
export function staleness({ facts, now }: ClusterSurvey): number | undefined {
  const leader = facts?.leader.known ? facts.leader.value : undefined;
  if (leader === undefined || leader.moved === true) return undefined;
  const age = now - leader.renewed;
  return age > GONE_AFTER * leader.duration ? age : undefined;
}

function finding(view: View, stale: number | undefined, failing: WatchedPod[]): Uncoded {
  const { facts, survey } = view;
  const { managers, leader } = facts;
  const replicas = managers.known ? managers.value.length : failing.length;
  const told = failing.map((pod) => ({ pod, ...diagnose(pod) }));
  const known = told.find((one) => one.means !== undefined);
  const means = (known === undefined || known.cause === OUTSIDE.cause ? outside(view) : undefined) ?? known;
  const [first] = failing;
  const leads = stale === undefined && leader.known && leader.value?.holder ? leader.value.holder : undefined;
  return {
    severity: 'error',
    nodes: [],
    subject: { kind: 'Lease', name: 'kube-controller-manager', namespace: 'kube-system' },
    message: [
      stale === undefined
        ? `kube-controller-manager fails (${failing.length} of ${count(replicas, 'replica')})`
        : `kube-controller-manager has not renewed its lease for ${Math.floor(stale / 1000)} s`,
      ...(means?.means === undefined ? [] : [means.means]),
    ].join(': '),
    evidence: [
      ...(stale !== undefined && leader.known && leader.value
        ? [
            `Lease kube-system/kube-controller-manager: held by ${leader.value.holder || 'nobody'}, last renewed ${new Date(leader.value.renewed).toISOString()}, now ${new Date(survey.now).toISOString()}`,
          ]
        : []),
      ...told.flatMap(({ pod, lines }) => [`pod ${pod.name}: ${stateOf(pod, survey.now)}`, ...lines]),
      ...(leads === undefined ? [] : [`${leads} holds the lease still`]),
    ],
    remedy:
      means?.cure ?? (first ? logs(first) : 'kubectl -n kube-system get pods -l component=kube-controller-manager'),
  };
}

/** Why it fails, as far as that is known. */
interface Diagnosis {
  cause?: string | undefined;
  means: string | undefined;
  cure: string | undefined;
}

/**
 * A Node outside --cluster-cidr ends every start (pkg/controller/nodeipam/ipam/range_allocator.go:NewCIDRRangeAllocator), whether
 * the log can be read or not; undefined while there is none, or nobody hands out subnets.
 */
function outside(view: View): Diagnosis | undefined {
  const { allocateNodeCIDRs } = view.survey.settings;
  if (!allocateNodeCIDRs.known || !allocateNodeCIDRs.value) return undefined;
  const judgement = judgeSubnetOutsideClusterCIDR(view);
  const [found] = 'findings' in judgement ? judgement.findings : [];
  return found && { means: OUTSIDE.means, cure: found.remedy };
}

function diagnose(pod: WatchedPod): Diagnosis & { lines: string[] } {
  const log = pod.logs[0];
  if (log === undefined) return { means: undefined, cure: undefined, lines: [] };
  if (log.problem !== undefined) {
    return { means: undefined, cure: undefined, lines: [`pod ${pod.name}: its log cannot be read: ${log.problem}`] };
  }
  const found = recogniseText(log.lines, CONTROLLER_MANAGER_TEXTS);
  const lines = found ? [found.line] : tellingLines(log.lines, 3);
  return {
    cause: found?.known.cause,
    means: found?.known.means,
    cure: found?.known.cure,
    lines: lines.map((line) => `pod ${pod.name}: ${line.trim()}`),
  };
}

function stateOf(pod: WatchedPod, now: number): string {
  const container = failingContainer(pod, now);
  const state = container?.waiting?.reason || `ended with exit code ${container?.ended?.code ?? 'unknown'}`;
  return `${state}, restarted ${count(container?.restarts ?? 0, 'time')}`;
}

function logs({ name, containers }: WatchedPod): string {
  const running = containers.some((container) => container.running);
  return `kubectl -n kube-system logs ${name.replace(/^.*\//, '')}${running ? ' --previous' : ''}`;
}
