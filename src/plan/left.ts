import { ANNOUNCING } from '../cni/announcement.ts';
import { recogniseCNI } from '../cni/recognise.ts';
import type { Move } from '../model/plan.ts';
import { asList, asObject, asText, asTexts } from '../model/read-json.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { count, shellWord } from '../model/text.ts';
import { podName } from './drain/pod.ts';
import type { DrainVerdict } from './drain/verdict.ts';

/** Something that the operation does not do, and the command that does it. */
export interface LeftToDo {
  what: string;
  command: string | undefined;
}

/**
 * What remains for the operator after the move, in the order in which it is to be done. `pods`: on its pod network now;
 * `drain`: what draining does, undefined when the node is not drained.
 */
export function leftToDo(
  move: Move,
  survey: ClusterSurvey,
  pods: number | undefined,
  drain: DrainVerdict | undefined,
): LeftToDo[] {
  const { node } = move;
  if (move.method === 'patch') return [];
  return [
    ...move.survivors.flatMap((survivor) => reannounce(survivor, survey)),
    ...cni(move, survey),
    ...(drain ? keptPods(node, drain, pods) : pods === 0 ? [] : [oldPods(node)]),
    ...drivers(move),
  ];
}

/** Restarting the CNI's pod is what every CNI needs; the bridge is flannel's (F: "cni0" already has an IP address). */
function cni({ node, from }: Move, survey: ClusterSurvey): LeftToDo[] {
  const found = survey.nodes.find(({ name }) => name === node);
  const name = found && recogniseCNI(found)?.name;
  const bridge = name === 'flannel' || name === undefined ? ', then remove the old bridge (ip link del cni0)' : '';
  return [
    {
      what: `${name ?? 'the CNI'} on ${node} uses ${from.join(',')} until it is restarted: delete its pod there${bridge}`,
      command: `kubectl get pods -A -o wide --field-selector spec.nodeName=${node}`,
    },
  ];
}

function oldPods(node: string): LeftToDo {
  return {
    what: `pods of ${node} on the pod network keep their old addresses until they are deleted; the node is not drained (a drain may need --delete-emptydir-data, which deletes what is in emptyDir volumes)`,
    command: `kubectl drain ${node} --ignore-daemonsets && kubectl uncordon ${node}`,
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
      command: daemonPods.map(deletion).join(' && '),
    },
    {
      concerns: staticPods.length,
      what: `static pods ${keep} restarted on the host: ${names(staticPods)}`,
      command: undefined,
    },
    {
      concerns: passedOver,
      what: `${count(passedOver, 'pod')} ${keep} deleted: --pod-selector or --skip-wait-for-delete-timeout passes over them`,
      command: undefined,
    },
  ];
  return left.flatMap(({ concerns, what, command }) => (concerns > 0 ? [{ what, command }] : []));
}

/**
 * Peers drop the route of a node that keeps the subnet of a deleted one, and nothing restores it (kubernetes#127792). A flannel
 * node is announced again by the operation itself; of other CNIs it is not known how.
 */
function reannounce(survivor: string, survey: ClusterSurvey): LeftToDo[] {
  const annotations = survey.nodes.find(({ name }) => name === survivor)?.annotations ?? {};
  if (ANNOUNCING.some((key) => annotations[key] !== undefined)) return [];
  const what = `peers may lose their route to ${survivor}, which keeps the shared subnet: restart the CNI on every node`;
  return [{ what, command: undefined }];
}

/** kubelet ≥ 1.35 deletes a CSINode whose owner is not the Node uid it started with (nodeinfomanager.go:ensureNodeOwnsCSINode). */
function drivers({ node, raw }: Move): LeftToDo[] {
  const status = asObject(raw.status);
  const version = asText(asObject(status.nodeInfo).kubeletVersion) ?? '';
  const [, minor] = /^v1\.(\d+)\./.exec(version) ?? [];
  const volumes = asTexts(asObject(raw.metadata).annotations)['csi.volume.kubernetes.io/nodeid'];
  const attached = volumes !== undefined || asList(status.volumesInUse).length > 0;
  if (!attached || minor === undefined || Number(minor) < 35) return [];
  return [
    {
      what: `restart the kubelet of ${node} before any CSI driver on it restarts`,
      command: `systemctl restart kubelet  # on ${node}`,
    },
  ];
}
