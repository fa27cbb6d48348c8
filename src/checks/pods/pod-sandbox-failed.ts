import { type KnownText, recogniseText } from '../../cni/known-text.ts';
import { deletesLink } from '../../cni/node-commands.ts';
import { SANDBOX_TEXTS } from '../../cni/sandbox-texts.ts';
import type { ClusterEvent } from '../../model/cluster-facts.ts';
import { isNodeName } from '../../model/node-name.ts';
import { failingContainer } from '../../model/pod-state.ts';
import type { SurveyPod } from '../../model/survey.ts';
import { compareText, count } from '../../model/text.ts';
import type { Judge, Uncoded } from '../check.ts';
import { flannelPodOn } from '../flannel/restart.ts';
import { podsCutOff } from '../remedy.ts';
import type { View } from '../view.ts';
import { podName } from './pod-remedy.ts';

interface Stuck {
  pod: SurveyPod;
  known: KnownText;
  line: string;
}

/**
 * Pods without an address whose last failed sandbox has a known text of a CNI: one finding a cause. A node without a subnet, or
 * with a flannel that fails, is the cause and told as such.
 */
export const judgePodSandboxFailed: Judge = (view) => {
  const { survey, facts } = view;
  if (!survey.pods.known) return { skipped: survey.pods.reason };
  if (!facts.events.known) return { skipped: facts.events.reason };
  const waiting = new Map(
    survey.pods.value
      .filter((pod) => pod.addresses.length === 0 && !pod.finished && !pod.deleting && pod.node !== '')
      .map((pod) => [podName(pod), pod]),
  );
  const stuck = newest(facts.events.value).flatMap((event): Stuck[] => {
    const pod = waiting.get(`${event.namespace}/${event.name}`);
    const recognised = recogniseText([event.message], SANDBOX_TEXTS);
    if (!pod || !recognised || isExplained(view, pod.node, recognised.known.cause)) return [];
    return [{ pod, ...recognised }];
  });
  return {
    findings: [...Map.groupBy(stuck, ({ known }) => known.cause)].map(([, group]) => finding(view, group)),
  };
};

/** The newest event of each pod. */
function newest(events: ClusterEvent[]): ClusterEvent[] {
  const byPod = new Map<string, ClusterEvent>();
  for (const event of events) {
    if (event.reason !== 'FailedCreatePodSandBox' || event.kind !== 'Pod') continue;
    const key = `${event.namespace}/${event.name}`;
    const known = byPod.get(key);
    if (!known || (event.last ?? 0) >= (known.last ?? 0)) byPod.set(key, event);
  }
  return [...byPod.values()];
}

function isExplained({ byName, facts, survey }: View, node: string, cause: string): boolean {
  if (cause !== 'subnet-env') return false;
  if (byName.get(node)?.subnets.length === 0) return true;
  const pods = facts.flannelPods.known ? facts.flannelPods.value : [];
  return pods.some((pod) => pod.node === node && failingContainer(pod, survey.now) !== undefined);
}

function finding(view: View, group: Stuck[]): Uncoded {
  const nodes = [...new Set(group.map(({ pod }) => pod.node))].sort(compareText);
  const sorted = [...group].sort((a, b) => compareText(podName(a.pod), podName(b.pod)));
  const means = group[0]?.known.means ?? '';
  return {
    severity: 'error',
    nodes,
    subject: { kind: 'Event', name: 'FailedCreatePodSandBox' },
    message: `${count(group.length, 'pod')} on ${count(nodes.length, 'node')} ${group.length === 1 ? 'gets' : 'get'} no network: ${means}`,
    evidence: sorted.map(({ pod, line }) => `${podName(pod)} on ${pod.node}: ${line.trim()}`),
    remedy: remedyOf(view, group, nodes),
  };
}

/** The bridge is made anew, with the right address, by the next pod that starts. */
function remedyOf(view: View, group: Stuck[], nodes: string[]): string {
  const bridge = group.map(({ line }) => SANDBOX_TEXTS[0]?.text.exec(line)?.[1]).find((name) => name !== undefined);
  const pods = nodes.map((node) => flannelPodOn(view, node));
  if (bridge !== undefined && pods.every((pod) => pod !== undefined)) {
    const commands = pods.map(
      ({ namespace, name }) => `kubectl -n ${namespace} exec ${name} -c kube-flannel -- ${deletesLink(bridge)}`,
    );
    return `${commands.join(' && ')}  # ${podsCutOff(nodes)}`;
  }
  const [node] = nodes.filter(isNodeName);
  return node === undefined ? 'the names are not valid: no command can name them' : `kubectl podcidr inspect ${node}`;
}
