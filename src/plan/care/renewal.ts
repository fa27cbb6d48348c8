import { readAddress } from '../../subnet/address.ts';
import { holds } from '../../subnet/block.ts';
import { readableBlocks } from '../../subnet/parse.ts';
import { daemonSetOf } from '../drain/pod.ts';
import type { CarePod } from './pod.ts';

/** What decides which pods of a node are made anew. */
export interface RenewalSight {
  /** The node's subnets now. */
  to: string[];
  /** uids of pods that lost their network, whatever their addresses. */
  cut: string[];
  /** Pods without a controller go too: nothing creates them again. */
  force: boolean;
  /** --delete-emptydir-data: what is in emptyDir volumes may go. */
  deleteEmptydirData: boolean;
  /** uids of the pods that --pod-selector picks; undefined: all. */
  selected: ReadonlySet<string> | undefined;
  /** The kubelet is to be restarted before any driver is. */
  kubeletFirst: boolean;
}

/** What becomes of the pods of a node whose addresses are outside its subnets. */
export interface Renewal {
  /** Deleted; their controllers create others. */
  renew: CarePod[];
  /** Nothing creates them again. */
  bare: CarePod[];
  /** Only a restart on the host renews these. */
  staticPods: CarePod[];
  /** They must not start before the kubelet does. */
  drivers: CarePod[];
  /** What is in their emptyDir volumes would be lost. */
  scratch: CarePod[];
  /** --pod-selector leaves them alone. */
  passedOver: CarePod[];
}

/**
 * Judges the pods of a node as a drain would, but that those of DaemonSets go as well: they come back to the node. Those on the
 * host network, finished ones and those without an address have nothing to lose.
 */
export function judgeRenewal(pods: CarePod[], sight: RenewalSight): Renewal {
  const { to, cut, force, kubeletFirst, deleteEmptydirData, selected } = sight;
  const stale = pods.filter((pod) => isOnPodNetwork(pod) && (isStale(pod, to) || cut.includes(pod.uid)));
  const fate = (pod: CarePod): keyof Renewal => {
    if (pod.mirror) return 'staticPods';
    if (pod.driver && kubeletFirst) return 'drivers';
    if (selected && !selected.has(pod.uid)) return 'passedOver';
    if (!pod.controller && !force) return 'bare';
    return pod.emptyDir && !deleteEmptydirData && daemonSetOf(pod) === undefined ? 'scratch' : 'renew';
  };
  const fated = (wanted: keyof Renewal) => stale.filter((pod) => fate(pod) === wanted);
  return {
    renew: fated('renew'),
    bare: fated('bare'),
    staticPods: fated('staticPods'),
    drivers: fated('drivers'),
    scratch: fated('scratch'),
    passedOver: fated('passedOver'),
  };
}

/** True for pods whose addresses the node's CNI gives. */
export function isOnPodNetwork({ hostNetwork, finished }: CarePod): boolean {
  return !hostNetwork && !finished;
}

/** True when an address is in none of these subnets. A pod without one is not. */
export function isStale({ addresses }: CarePod, subnets: string[]): boolean {
  const blocks = readableBlocks(subnets);
  return addresses.some((text) => {
    const address = readAddress(text);
    return address !== undefined && !blocks.some((block) => holds(block, address));
  });
}
