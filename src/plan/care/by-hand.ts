import { type CNICare, givenUp } from '../../cni/care/care.ts';
import type { RestartedAgent } from '../../model/care.ts';
import type { RawObject } from '../../model/json.ts';
import type { LeftToDo } from '../../model/left-to-do.ts';
import { asObject, asText, asTexts } from '../../model/read-json.ts';
import { shellWord } from '../../model/text.ts';
import { podName } from '../drain/pod.ts';
import type { CarePod } from './pod.ts';
import type { Renewal } from './renewal.ts';

/** A node whose subnets have changed, for words. */
export interface CaredNode {
  node: string;
  from: string[];
  to: string[];
  /** The Node, as far as its annotations go. */
  raw: RawObject;
}

const PUBLIC_IP = 'flannel.alpha.coreos.com/public-ip';

/** The CNI's pod on the node must start again. */
export function restartByHand(node: string, { cni, namespace, name }: RestartedAgent): LeftToDo {
  return {
    what: `restart ${cni} on ${node}, which learns its node's subnet when it starts`,
    commands: [`kubectl delete pod -n ${shellWord(namespace)} ${shellWord(name)}`],
  };
}

/** What would bring the former subnet back must be gone before it starts; undefined where there is nothing of the kind. */
export function beforeByHand(node: string, { cni, before }: CNICare): LeftToDo | undefined {
  if (!before) return undefined;
  const commands = [
    ...before.files.map((path) => `rm -f ${path}`),
    ...before.links.map((name) => `ip link del ${name}`),
  ];
  return {
    what: `before ${cni} starts again on ${node}, remove what keeps the former subnet there`,
    commands: commands.map((command) => `${command}  # on ${node}`),
  };
}

/** What the former subnet may have left behind; undefined where the CNI leaves nothing. */
export function leftoversByHand({ node, raw, ...change }: CaredNode, care: CNICare): LeftToDo | undefined {
  if (care.bridge === undefined) return undefined;
  const address = asTexts(asObject(raw.metadata).annotations)[PUBLIC_IP];
  // An address of the other family is no next hop.
  const [subnet] = change.to.filter((text) => text.includes(':') === (address ?? '').includes(':'));
  const route = address === undefined || subnet === undefined ? [] : [`ip route del ${subnet} via ${address}`];
  const commands = [`ip link del ${care.bridge}`, ...route];
  return {
    what: `once ${care.shownBy} on ${node} shows ${change.to.join(',')}, remove the former bridge${route.length > 0 ? ', and the route of the node to itself if there is one' : ''}`,
    commands: commands.map((command) => `${command}  # on ${node}`),
  };
}

/** Pods whose addresses nobody finds any more, to be deleted in the end. */
export function podsByHand(
  node: string,
  pods: Pick<CarePod, 'namespace' | 'name'>[],
  change: { from: string[]; to: string[] },
): LeftToDo[] {
  if (pods.length === 0) return [];
  const former = givenUp(change).join(',');
  const which = former === '' ? `outside ${change.to.join(',')}` : `of ${former}`;
  return [{ what: `then delete the pods of ${node} that keep addresses ${which}`, commands: podDeletions(pods) }];
}

/** One command a namespace. */
export function podDeletions(pods: Pick<CarePod, 'namespace' | 'name'>[]): string[] {
  return [...Map.groupBy(pods, ({ namespace }) => namespace)].map(
    ([namespace, group]) =>
      `kubectl delete pod -n ${shellWord(namespace)} ${group.map(({ name }) => shellWord(name)).join(' ')}`,
  );
}

/** Pods that are not deleted: nothing creates them again, or only their host does, or the operator has not allowed it. */
export function keptByHand(
  node: string,
  { bare, staticPods, scratch, passedOver }: Pick<Renewal, 'bare' | 'staticPods' | 'scratch' | 'passedOver'>,
): LeftToDo[] {
  const kinds = [
    {
      pods: bare,
      what: `pods of ${node} that no controller creates again keep their old addresses until they are deleted and created`,
    },
    {
      pods: scratch,
      what: `pods of ${node} with emptyDir volumes cannot be reached until they are deleted, which deletes what is in these volumes`,
    },
    {
      pods: passedOver,
      what: `pods of ${node} that --pod-selector leaves out cannot be reached until they are deleted`,
    },
    {
      pods: staticPods,
      what: `static pods of ${node} keep their old addresses until they are restarted on the host`,
    },
  ];
  return kinds
    .filter(({ pods }) => pods.length > 0)
    .map(({ pods, what }) => ({
      what: `${what}: ${pods.map(podName).join(', ')}`,
      commands: pods === staticPods ? [] : podDeletions(pods),
    }));
}

/** A CNI that runs inside the host's service has no pod: its service must start again. Undefined for other nodes. */
export function embeddedByHand({ node, raw, to }: CaredNode): LeftToDo | undefined {
  const version = asText(asObject(asObject(raw.status).nodeInfo).kubeletVersion) ?? '';
  if (!version.includes('+k3s')) return undefined;
  const labels = asTexts(asObject(raw.metadata).labels);
  const service = 'node-role.kubernetes.io/control-plane' in labels ? 'k3s' : 'k3s-agent';
  return {
    what: `the CNI of ${node} is part of k3s, which learns ${to.join(',')} when it starts: restart it`,
    commands: [`systemctl restart ${service}  # on ${node}`],
  };
}
