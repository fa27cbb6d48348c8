import { hostname } from 'node:os';
import { type Api, ApiError } from './api.ts';
import type { KubeObject, OwnerReference } from './kube-object.ts';
import { nodeConditions, nodeObject } from './node-object.ts';

const ROLE = 'node-role.kubernetes.io/control-plane';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** A kubelet reports an unchanged status every five minutes; the Lease is the life sign in between. */
const STATUS_INTERVAL_MS = 5 * 60_000;

/** The name that kubelet would register this machine with. */
export function ownNodeName(): string {
  return hostname().toLowerCase();
}

/** RFC 3339 with microseconds, as Leases want it. */
const microTime = () => new Date().toISOString().replace('Z', '000Z');
const secondTime = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

/** The Node that stands for this machine, kept alive as its kubelet would. */
export class OwnNode {
  readonly name: string = ownNodeName();
  /** Of a range kept for documentation: no cluster's pods or services live there. */
  readonly address: string = '192.0.2.10';
  readonly #api: Api;
  readonly #version: string;

  constructor(api: Api, version: string) {
    this.#api = api;
    this.#version = version;
  }

  get path(): string {
    return `/api/v1/nodes/${this.name}`;
  }

  /** The Node as it is now; undefined while there is none. */
  read(): Promise<KubeObject | undefined> {
    return this.#api.find(this.path);
  }

  async register(): Promise<void> {
    const node = nodeObject(this.name, {
      address: this.address,
      labels: { [ROLE]: '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' },
      taints: [{ key: ROLE, effect: 'NoSchedule' }],
      kubeletVersion: this.#version,
    });
    await this.#api.post('/api/v1/nodes', node);
    await this.keepAlive();
  }

  /** How an object says that it belongs to this Node. */
  owner(node: KubeObject): OwnerReference {
    return { apiVersion: 'v1', kind: 'Node', name: this.name, uid: node.metadata.uid ?? '' };
  }

  /**
   * One beat: renews the Lease and, when it is due or Ready is not True, the status. A Node that somebody deleted is not
   * registered again: a running kubelet does not do that either.
   */
  async keepAlive(): Promise<void> {
    const node = await this.read();
    await this.#renewLease(node);
    if (node === undefined) return;
    const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
    const age = Date.now() - Date.parse(ready?.lastHeartbeatTime ?? '1970-01-01T00:00:00Z');
    if (ready?.status === 'True' && age < STATUS_INTERVAL_MS) return;
    const conditions = nodeConditions('True', secondTime());
    await this.#api.patch(`${this.path}/status`, { status: { conditions } }, 'strategic');
  }

  async #renewLease(node: KubeObject | undefined): Promise<void> {
    const lease = await this.#api.find(`${LEASES}/${this.name}`);
    const body = {
      ...(lease ?? { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }),
      metadata: {
        ...(lease?.metadata ?? { name: this.name, namespace: 'kube-node-lease' }),
        ...(node && { ownerReferences: [this.owner(node)] }),
      },
      spec: { ...lease?.spec, holderIdentity: this.name, leaseDurationSeconds: 40, renewTime: microTime() },
    };
    try {
      if (lease) await this.#api.put(`${LEASES}/${this.name}`, body);
      else await this.#api.post(LEASES, body);
    } catch (error) {
      // Somebody else wrote it meanwhile: the next beat comes soon enough.
      if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 404)) throw error;
    }
  }
}
