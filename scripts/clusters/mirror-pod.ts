import { createHash } from 'node:crypto';
import type { Api } from './api.ts';
import type { Exit } from './child.ts';
import type { KubeObject } from './kube-object.ts';
import type { OwnNode } from './own-node.ts';

const PODS = '/api/v1/namespaces/kube-system/pods';
const NAME = 'kube-controller-manager';

/** What became of the controller manager's process since its flags were last changed. */
export interface ContainerHistory {
  command: string[];
  restartCount: number;
  /** When the running process started; undefined while none runs. */
  runningSince?: Date;
  last?: { exit: Exit; startedAt: Date };
}

const time = (date: Date) => date.toISOString().replace(/\.\d+Z$/, 'Z');

function terminated({ exit, startedAt }: { exit: Exit; startedAt: Date }) {
  // A process ended by signal 9 has exit code 137 for a container runtime.
  const exitCode = exit.code ?? (exit.signal === 'SIGKILL' ? 137 : 143);
  return {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: time(startedAt),
    finishedAt: time(exit.at),
  };
}

/** Pod kube-system/kube-controller-manager-NODE: what a kubelet shows of the static pod that kubeadm wrote. */
export class MirrorPod {
  readonly #api: Api;
  readonly #node: OwnNode;
  readonly #image: string;

  constructor(api: Api, node: OwnNode, version: string) {
    this.#api = api;
    this.#node = node;
    this.#image = `registry.k8s.io/${NAME}:${version}`;
  }

  get path(): string {
    return `${PODS}/${NAME}-${this.#node.name}`;
  }

  /** A kubelet knows by this hash whether the manifest has changed. */
  #hash(command: string[]): string {
    return createHash('md5').update(JSON.stringify(command)).digest('hex');
  }

  #object(node: KubeObject, command: string[]): KubeObject {
    const hash = this.#hash(command);
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${NAME}-${this.#node.name}`,
        namespace: 'kube-system',
        labels: { component: NAME, tier: 'control-plane' },
        annotations: {
          'kubernetes.io/config.hash': hash,
          'kubernetes.io/config.mirror': hash,
          'kubernetes.io/config.seen': new Date().toISOString(),
          'kubernetes.io/config.source': 'file',
        },
        ownerReferences: [{ ...this.#node.owner(node), controller: true }],
      },
      spec: {
        containers: [{ name: NAME, image: this.#image, imagePullPolicy: 'IfNotPresent', command }],
        hostNetwork: true,
        nodeName: this.#node.name,
        priorityClassName: 'system-node-critical',
        restartPolicy: 'Always',
        tolerations: [{ operator: 'Exists', effect: 'NoExecute' }],
      },
    };
  }

  #status(history: ContainerHistory) {
    const running = history.runningSince;
    const status = running ? 'True' : 'False';
    const now = time(running ?? history.last?.exit.at ?? new Date());
    const waiting = { reason: 'CrashLoopBackOff', message: `back-off restarting failed container ${NAME}` };
    const conditions = [
      ['PodScheduled', 'True'],
      ['Initialized', 'True'],
      ['ContainersReady', status],
      ['Ready', status],
    ];
    return {
      phase: 'Running',
      hostIP: this.#node.address,
      podIP: this.#node.address,
      podIPs: [{ ip: this.#node.address }],
      startTime: now,
      conditions: conditions.map(([type, value]) => ({ type, status: value, lastTransitionTime: now })),
      containerStatuses: [
        {
          name: NAME,
          image: this.#image,
          imageID: '',
          ready: running !== undefined,
          started: running !== undefined,
          restartCount: history.restartCount,
          state: running ? { running: { startedAt: time(running) } } : { waiting },
          lastState: history.last ? { terminated: terminated(history.last) } : {},
        },
      ],
    };
  }

  /** Makes the pod say what happened: posts it when it is not there, anew when the command line has changed. */
  async publish(history: ContainerHistory): Promise<void> {
    const node = await this.#node.read();
    if (node === undefined) return;
    let pod = await this.#api.find(this.path);
    const hash = pod?.metadata.annotations?.['kubernetes.io/config.mirror'];
    if (pod && (pod.metadata.deletionTimestamp || hash !== this.#hash(history.command))) {
      await this.remove();
      pod = undefined;
    }
    if (pod === undefined) await this.#api.post(PODS, this.#object(node, history.command));
    const status = this.#status(history);
    const known = pod?.status?.containerStatuses?.[0];
    const [next] = status.containerStatuses;
    if (known && known.restartCount === next?.restartCount && known.ready === next.ready) return;
    await this.#api.patch(`${this.path}/status`, { status });
  }

  /** As when the manifest is taken away. */
  async remove(): Promise<void> {
    await this.#api.delete(this.path, { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 });
  }
}
