import type { MovePlan } from '../model/plan.ts';
import type { Reading } from '../model/reading.ts';
import type { Surroundings } from '../model/surroundings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { describeHook } from './refusals/admission.ts';
import { ignoredWatcher } from './refusals/deletion-watchers.ts';
import { podNetwork } from './refusals/ignoring-cni.ts';
import type { Judgement } from './refusals/refusals.ts';

/** What was seen beforehand and refuses nothing, and what could not be seen: a line each, for the plan. */
export function beforehand(plan: MovePlan, survey: ClusterSurvey, judgement: Judgement): string[] {
  const { surroundings, ignored = [] } = judgement;
  if (!surroundings) return [];
  const recreated = plan.moves.filter(({ method }) => method !== 'patch');
  return [
    ...cniNotes(plan, survey, surroundings),
    ...allocationNotes(surroundings),
    ...proxyNotes(plan, surroundings),
    ...(recreated.length === 0
      ? []
      : [
          ...offlineNotes(plan, survey),
          ...(surroundings.hooks.known ? surroundings.hooks.value.map(describeHook) : []),
          ...(surroundings.watchers.known
            ? surroundings.watchers.value.filter(({ name }) => ignored.includes(name)).map(ignoredWatcher)
            : []),
          ...unread('who acts on the deletion of a Node', surroundings.watchers),
          ...unread('webhooks and admission policies', surroundings.hooks),
          ...unread('volumes that are being detached', surroundings.detaching),
        ]),
  ];
}

function cniNotes({ moves }: MovePlan, { nodes }: ClusterSurvey, { cnis }: Surroundings): string[] {
  const open = nodes
    .filter(({ name }) => moves.some(({ node }) => node === name))
    .map((node) => ({ node: node.name, network: podNetwork(node, cnis) }))
    .filter(({ network }) => network.follows === 'unknown');
  const byName = Map.groupBy(open, ({ network }) => network.name ?? '');
  return [...byName].map(([name, group]) => {
    const names = group.map(({ node }) => node).join(', ');
    const why = cnis.known ? '' : `; ${cnis.reason}`;
    return name === ''
      ? `no CNI that this program knows was seen on ${names}: whether pods get their addresses out of spec.podCIDR is not known${why}`
      : `${name} on ${names} may or may not give pods their addresses out of spec.podCIDR: its configuration does not tell${why}`;
  });
}

function allocationNotes({ allocator }: Surroundings): string[] {
  return allocator.known ? [] : [`who hands out subnets in this cluster is not known: ${allocator.reason}`];
}

/** What needs a restart by hand is left to the operator. */
function proxyNotes({ moves }: MovePlan, { proxyByNodeCIDR }: Surroundings): string[] {
  const some = proxyByNodeCIDR && moves.some(({ from, to }) => from.join(',') !== to.join(','));
  return some
    ? [
        "kube-proxy knows local pods by their node's subnet (detectLocalMode NodeCIDR): from 1.24.17 on it starts again by itself",
      ]
    : [];
}

function offlineNotes({ moves }: MovePlan, { nodes }: ClusterSurvey): string[] {
  return nodes
    .filter(
      ({ name, ready }) => ready === 'Unknown' && moves.some(({ node, method }) => node === name && method !== 'patch'),
    )
    .map(
      ({ name }) => `the kubelet of ${name} does not report: only the API is changed, nothing on the machine is seen`,
    );
}

function unread(what: string, reading: Reading<unknown>): string[] {
  return reading.known ? [] : [`not checked: ${what} (${reading.reason})`];
}
