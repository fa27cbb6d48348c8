import { listControllerManagers } from '../kube/objects/controller-managers.ts';
import { listObjects } from '../kube/objects/list.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { RawObject } from '../model/json.ts';
import { asObject, asText } from '../model/read-json.ts';
import { allInOrder } from './all-in-order.ts';
import type { Collection } from './collection.ts';
import { failingLogs } from './failing-logs.ts';
import { keepPod } from './keep.ts';
import { isFlannelPod, isLog } from './pod-state.ts';

/** Pods of flannel, canal (also rke2's) and rke2-flannel, by the labels of their manifests. */
const FLANNEL = ['app=flannel', 'k8s-app in (canal,flannel)'];

const MANAGER = /^kube-controller-manager/;

/** flannel's pods, and why those that fail do. */
export const flannelPods: Collection = {
  what: "flannel's pods",
  any: 'pod of flannel',
  told: ['Pod'],
  holds: (object) => isFlannelPod(object) || (isLog(object) && !isManagerLog(object)),
  async read(wire) {
    const pods = await listFlannelPods(wire);
    return [...pods, ...(await failingLogs(wire, pods))];
  },
  keep: (object) => (isLog(object) ? object : keepPod(object)),
};

/** Why replicas of kube-controller-manager fail; the pods themselves are read always. */
export const controllerManagerLogs: Collection = {
  what: "kube-controller-manager's logs",
  any: 'log of kube-controller-manager',
  told: 'rare',
  holds: isManagerLog,
  read: async (wire) => failingLogs(wire, await listControllerManagers(wire, 'quorum')),
  keep: (object) => object,
};

async function listFlannelPods(wire: Wire): Promise<RawObject[]> {
  const found = await allInOrder(
    FLANNEL.map((labelSelector) =>
      listObjects(wire, { path: '/api/v1/pods', labelSelector, freshness: 'quorum', page: 500 }),
    ),
  );
  const byName = new Map(found.flatMap(({ items }) => items).map((pod) => [nameOf(pod), pod]));
  return [...byName.values()];
}

function isManagerLog(object: RawObject): boolean {
  const { namespace, name } = asObject(object.metadata);
  return isLog(object) && namespace === 'kube-system' && MANAGER.test(asText(name) ?? '');
}

function nameOf({ metadata }: RawObject): string {
  const { namespace, name } = asObject(metadata);
  return `${asText(namespace) ?? ''}/${asText(name) ?? ''}`;
}
