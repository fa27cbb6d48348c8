import { ANNOUNCING } from '../cni/announcement.ts';
import { recogniseCNI } from '../cni/recognise.ts';
import type { LeftToDo } from '../model/left-to-do.ts';
import type { Move } from '../model/plan.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { count, shellWord } from '../model/text.ts';
import { embeddedByHand } from './care/by-hand.ts';
import { driversLeft } from './care/drivers.ts';
import { uncordonByHand } from './care/held-cordon.ts';
import { kubeProxyLeft } from './care/kube-proxy.ts';
import { type CareTerms, type CareView, careLeft, isHeldBack } from './care/outlook.ts';
import { isOnPodNetwork } from './care/renewal.ts';
import { isUnschedulable } from './cordon.ts';
import { podName } from './drain/pod.ts';
import type { DrainVerdict } from './drain/verdict.ts';

/** What is known when the plan is shown. */
export interface LeftSight {
  survey: ClusterSurvey;
  /** Of the node; undefined where its pods may not be read. */
  view: CareView | undefined;
  /** What draining does; undefined when the node is not drained. */
  drain: DrainVerdict | undefined;
  /** Undefined: --after-care=none. */
  care: CareTerms | undefined;
  /** kube-proxy knows local pods by their node's subnet. */
  proxyByNodeCIDR: boolean;
}

/** What remains for the operator after the move, in the order in which it is to be done. */
export function leftToDo(move: Move, { survey, view, drain, care, proxyByNodeCIDR }: LeftSight): LeftToDo[] {
  const { node, raw } = move;
  const drivers = move.method === 'patch' ? [] : driversLeft({ node, raw, dependents: [] }, []);
  if (move.from.join(',') === move.to.join(',')) return drivers;
  const proxy = proxyByNodeCIDR ? kubeProxyLeft(move) : [];
  const reannounced = move.survivors.flatMap((survivor) => reannounce(survivor, survey));
  if (care && view && view.agents.length > 0) {
    const held = drain && isHeldBack(view, care) ? cordoned(move) : [];
    return [...reannounced, ...careLeft({ move, view, drain }, care), ...held, ...proxy];
  }
  if (move.method === 'patch') return proxy;
  const pods = view?.pods.filter(isOnPodNetwork).length;
  return [
    ...reannounced,
    ...cni(move, survey),
    ...(drain ? keptPods(node, drain, pods) : pods === 0 ? [] : [oldPods(node)]),
    ...drivers,
    ...(drain && care && embeddedByHand(move) ? cordoned(move) : []),
    ...proxy,
  ];
}

/** Who was unschedulable before stays so anyway. */
function cordoned({ node, raw }: Move): LeftToDo[] {
  return isUnschedulable(raw) ? [] : [uncordonByHand(node)];
}

/** Restarting the CNI's pod is what every CNI needs; the bridge is flannel's (bridge.go:ensureAddr). */
function cni(move: Move, survey: ClusterSurvey): LeftToDo[] {
  const { node, from } = move;
  const embedded = embeddedByHand(move);
  if (embedded) return [embedded];
  const found = survey.nodes.find(({ name }) => name === node);
  const name = found && recogniseCNI(found)?.name;
  const bridge = name === 'flannel' || name === undefined ? ', then remove the old bridge (ip link del cni0)' : '';
  return [
    {
      what: `${name ?? 'the CNI'} on ${node} uses ${from.join(',')} until it is restarted: delete its pod there${bridge}`,
      commands: [`kubectl get pods -A -o wide --field-selector spec.nodeName=${node}`],
    },
  ];
}

function oldPods(node: string): LeftToDo {
  return {
    what: `pods of ${node} on the pod network keep their old addresses until they are deleted; the node is not drained (a drain may need --delete-emptydir-data, which deletes what is in emptyDir volumes)`,
    commands: [`kubectl drain ${node} --ignore-daemonsets && kubectl uncordon ${node}`],
  };
}

/** What a drain leaves on the pod network. */
function keptPods(node: string, { evict, daemonPods, staticPods }: DrainVerdict, pods: number | undefined): LeftToDo[] {
  const renewed = evict.filter(({ finished }) => !finished).length;
  const passedOver = (pods ?? 0) - renewed - daemonPods.length - staticPods.length;
  const keep = `of ${node} keep their old addresses until they are`;
  const names = (kept: DrainVerdict['evict']) => kept.map(podName).join(', ');
  const deletion = ({ namespace, name }: DrainVerdict['evict'][number]) =>
    `kubectl delete pod -n ${shellWord(namespace)} ${shellWord(name)}`;
  const left = [
    {
      concerns: daemonPods.length,
      what: `DaemonSet-managed pods ${keep} deleted: ${names(daemonPods)}`,
      commands: [daemonPods.map(deletion).join(' && ')],
    },
    {
      concerns: staticPods.length,
      what: `static pods ${keep} restarted on the host: ${names(staticPods)}`,
      commands: [],
    },
    {
      concerns: passedOver,
      what: `${count(passedOver, 'pod')} ${keep} deleted: --pod-selector or --skip-wait-for-delete-timeout passes over them`,
      commands: [],
    },
  ];
  return left.flatMap(({ concerns, what, commands }) => (concerns > 0 ? [{ what, commands }] : []));
}

/**
 * Peers drop the route of a node that keeps the subnet of a deleted one, and nothing restores it (kubernetes#127792). A flannel
 * node is announced again by the operation itself; of other CNIs it is not known how.
 */
function reannounce(survivor: string, survey: ClusterSurvey): LeftToDo[] {
  const annotations = survey.nodes.find(({ name }) => name === survivor)?.annotations ?? {};
  if (ANNOUNCING.some((key) => annotations[key] !== undefined)) return [];
  const what = `peers may lose their route to ${survivor}, which keeps the shared subnet: restart the CNI on every node`;
  return [{ what, commands: [] }];
}
