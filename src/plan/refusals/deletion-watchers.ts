import type { DeletionWatcher, WatcherName } from '../../model/surroundings.ts';

/** What each does as soon as it sees that a Node is gone. */
const DEEDS: Record<WatcherName, string> = {
  // calico kube-controllers/pkg/controllers/node: with etcd as datastore it removes the node's own objects there.
  'calico-kube-controllers': "removes the node's data from Calico's etcd, with the addresses of its running pods",
  // longhorn-manager controller/kubernetes_node_controller.go:syncKubernetesNode.
  'longhorn-manager': 'removes its Longhorn node with the settings of its disks',
  // node-feature-discovery pkg/nfd-gc/nfd-gc.go:deleteNodeHandler.
  'nfd-gc': 'deletes its NodeFeature and NodeResourceTopology objects, and with them the labels made from them',
  portworx: 'may take the node out of the storage cluster',
  storageos: 'may take the node out of the storage cluster',
};

/**
 * Controllers that act on the event of a Node's deletion, whatever its length: no speed of ours helps. The way out is to stop
 * the controller meanwhile, or to know that its deed does no harm here (`ignored`).
 */
export function refuseDeletionWatchers(
  watchers: DeletionWatcher[],
  ignored: readonly WatcherName[],
): string | undefined {
  const acting = watchers.filter(({ name }) => !ignored.includes(name));
  const [first] = acting;
  if (!first) return undefined;
  const names = [...new Set(acting.map(({ name }) => name))].join(',');
  const words = acting.map(({ name, source }) => `${name} (${source}) ${DEEDS[name]}`).join('; ');
  return `as soon as its Node is gone for a moment, ${words}; stop it meanwhile, or use --ignore=${names}`;
}

/** The same in words for the plan, where the operator has said to go on. */
export function ignoredWatcher({ name, source }: DeletionWatcher): string {
  return `${name} (${source}) ${DEEDS[name]} when a Node is gone for a moment; ignored, as asked`;
}
