import type { CNIPod } from '../../host/cni-pods.ts';
import type { LeftToDo } from '../../model/left-to-do.ts';

/** Of the nodes that could not be asked so many are named. */
const NAMED = 5;

/** A node that could not be asked for its routes. */
export interface SilentNode {
  node: string;
  why: string;
}

/** The nodes with a pod of a CNI, by whether they can be asked. */
export interface PeerPods {
  /** One of each node and DaemonSet, that runs and stays. */
  asked: CNIPod[];
  /** They may keep their routes as they were: no such pod was there. */
  silent: SilentNode[];
}

/** The pods through which the nodes are asked. While one is replaced a node has two: the one that runs and stays counts. */
export function peerPods(pods: CNIPod[], cni: string): PeerPods {
  const places = Map.groupBy(
    pods.filter((pod) => pod.cni === cni),
    ({ node, namespace, daemonSet, name }) => [namespace, daemonSet, node === '' ? name : node].join(' '),
  );
  const chosen = [...places.values()].flatMap((group) => group.find(serves) ?? group.slice(0, 1));
  const idle = Map.groupBy(
    chosen.filter((pod) => !serves(pod)),
    ({ namespace, daemonSet }) => `${namespace} ${daemonSet}`,
  );
  return { asked: chosen.filter(serves), silent: [...idle.values()].flatMap(silentOf) };
}

/** A command can be run in it, and it is not about to go. */
function serves({ running, deleting }: CNIPod): boolean {
  return running && !deleting;
}

/** Several of one DaemonSet have one reason: nodes that are down may be many. */
function silentOf(idle: CNIPod[]): SilentNode[] {
  return idle.map(({ cni, node, namespace, name, deleting }) => {
    const one = `its ${cni} pod ${namespace}/${name} ${deleting ? 'is being deleted' : 'does not run'}`;
    // The scheduler has not bound it yet.
    const where = node === '' ? `the node of pod ${namespace}/${name}` : node;
    return { node: where, why: idle.length === 1 ? one : `their ${cni} pods do not run` };
  });
}

/** What is left to do where nobody could be asked, an item a reason. */
export function silentLeft(silent: SilentNode[]): LeftToDo[] {
  return [...Map.groupBy(silent, ({ why }) => why)].map(([why, group]) => {
    const names = group.slice(0, NAMED).map(({ node }) => node);
    const more = group.length > NAMED ? ` and ${group.length - NAMED} more` : '';
    const have = group.length === 1 ? 'has its' : 'have their';
    return { what: `look whether ${names.join(', ')}${more} ${have} routes: ${why}`, commands: [] };
  });
}
