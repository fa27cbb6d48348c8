import { FLANNEL_TEXTS } from '../../cni/flannel-texts.ts';
import { recogniseText, tellingLines } from '../../cni/known-text.ts';
import { type ContainerState, failingContainer, type WatchedPod } from '../../model/pod-state.ts';
import { compareText, count, shellWord } from '../../model/text.ts';
import { contains } from '../../subnet/block.ts';
import type { Judge, Uncoded } from '../check.ts';
import { configsInForce } from '../subnet-outside-cni-network.ts';
import type { View } from '../view.ts';

/** Why a pod fails, as far as it is known. */
interface Failing {
  pod: WatchedPod;
  container: ContainerState;
  cause: string;
  means: string;
  cure: string | undefined;
  /** Its own words. */
  said: string[];
}

/** What net-conf.json says is at fault, and the log has said no more than that. */
const CONFIGURED = ['config', 'backend'];

/** No log of it was read: other pods may tell. */
const UNREAD = 'unread';

/**
 * flannel's pods that fail, one finding a cause. A node without a subnet, or with one outside net-conf's Network, is named by
 * SubnetMissing, SubnetOutsideCNINetwork or ClusterCIDRMismatch, whose cure is this one's.
 */
export const judgeFlannelPodFailing: Judge = (view) => {
  const { flannelPods } = view.facts;
  if (!flannelPods.known) return { skipped: flannelPods.reason };
  const failing = flannelPods.value
    .filter((pod) => !isExplained(view, pod.node))
    .flatMap((pod) => {
      const container = failingContainer(pod, view.survey.now);
      return container ? [diagnose(pod, container)] : [];
    });
  const groups = Map.groupBy(failing, ({ cause }) => cause);
  const unread = groups.get(UNREAD) ?? [];
  const told = [...groups].filter(([cause]) => cause !== UNREAD).map(([, group]) => group);
  // Logs of some pods were read: where these have one cause, the others have it too.
  if (told.length === 1 && unread.length > 0) return { findings: [finding(view, [...(told[0] ?? []), ...unread])] };
  return { findings: [...told, ...(unread.length > 0 ? [unread] : [])].map((group) => finding(view, group)) };
};

function isExplained({ byName, facts }: View, name: string): boolean {
  const viewed = byName.get(name);
  if (!viewed) return false;
  if (viewed.subnets.length === 0) return true;
  const networks = facts.flannelConfigs.known ? facts.flannelConfigs.value.flatMap((config) => config.networks) : [];
  return viewed.subnets.some(({ block }) => {
    const family = networks.filter((network) => network.block.family === block?.family);
    return block !== undefined && family.length > 0 && !family.some((network) => contains(network.block, block));
  });
}

function diagnose(pod: WatchedPod, container: ContainerState): Failing {
  const log = pod.logs.find((one) => one.container === container.name);
  const recognised = recogniseText(log?.lines ?? [], FLANNEL_TEXTS);
  if (recognised) {
    const { cause, means, cure } = recognised.known;
    return { pod, container, cause, means, cure, said: [recognised.line.trim()] };
  }
  const reason = container.waiting?.reason ?? '';
  if (/Image/.test(reason)) {
    const said = container.waiting?.message ? [container.waiting.message] : [];
    return { pod, container, cause: 'image', means: 'its image cannot be had', cure: undefined, said };
  }
  if (log === undefined || log.problem !== undefined) {
    const said = log?.problem === undefined ? [] : [`its log cannot be read: ${log.problem}`];
    return { pod, container, cause: UNREAD, means: 'its log tells why', cure: undefined, said };
  }
  const said = tellingLines(log.lines, 3).map((line) => line.trim());
  return { pod, container, cause: 'unknown', means: 'of a cause that is not known here', cure: undefined, said };
}

function finding(view: View, group: Failing[]): Uncoded {
  const [first] = group;
  const nodes = [...new Set(group.map(({ pod }) => pod.node))].sort(compareText);
  return {
    severity: 'error',
    nodes,
    subject: { kind: 'CNI', name: 'flannel' },
    message: `flannel fails on ${count(nodes.length, 'node')}: ${first?.means ?? ''}`,
    evidence: group.flatMap(({ pod, container, said }) => [
      `${pod.node}: pod ${pod.name}, container ${container.name} ${stateWords(container)}`,
      ...said.map((line) => `${pod.node}: ${line}`),
    ]),
    remedy: remedyOf(view, group, nodes),
  };
}

function remedyOf(view: View, [first]: Failing[], nodes: string[]): string {
  if (first?.cure !== undefined) return first.cure.replace(/^on the node:/, `on ${nodes.join(', ')}:`);
  const [namespace = '', name] = first?.pod.name.split('/') ?? [];
  if (first && CONFIGURED.includes(first.cause)) {
    const [config] = configsInForce(view);
    if (!config)
      return `kubectl -n ${shellWord(namespace)} get configmaps  # the one with net-conf.json is to be edited`;
    const { configMap, problem } = config;
    const note = problem === undefined ? 'its net-conf.json' : `net-conf.json: ${problem}`;
    return `kubectl -n ${shellWord(configMap.namespace)} edit configmap ${shellWord(configMap.name)}  # ${note}`;
  }
  const previous = first?.container.running ? ' --previous' : '';
  return `kubectl -n ${namespace} logs ${name} -c ${first?.container.name ?? ''}${previous}`;
}

function stateWords({ waiting, ended, restarts }: ContainerState): string {
  const state = waiting?.reason || (ended ? `ended with exit code ${ended.code}` : 'is not ready');
  return `${state}, restarted ${count(restarts, 'time')}`;
}
