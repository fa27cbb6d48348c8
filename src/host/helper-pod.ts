import { ownPodLabels, RUN } from '../kube/objects/ours.ts';
import type { RawObject } from '../model/json.ts';
import { asList, asObject, asText } from '../model/read-json.ts';

export const HELPER_CONTAINER = 'helper';

/** A helper pod that nobody removes (a program that was killed) ends by itself after so many seconds. */
const DEADLINE = 600;

export interface HelperSpec {
  node: string;
  namespace: string;
  image: string;
  pullSecrets: string[];
  /** Of this run. */
  nonce: string;
}

/** A pod's name may have so many characters. */
const LONGEST_NAME = 253;

/** One name a run and node, so that it can be removed also when the answer to its creation was lost. */
export function helperName({ node, nonce }: Pick<HelperSpec, 'node' | 'nonce'>): string {
  return `podcidr-helper-${nonce}-${node}`.slice(0, LONGEST_NAME).replace(/[^a-z0-9]+$/, '');
}

/**
 * A pod that does nothing but being there, with the host's network and processes, all rights on the node, and the host's files
 * at /host. It is bound to the node by name: no scheduler decides, and no taint keeps it away. The kubelet starts pods with the
 * host's network also while the node has none for others (kubelet.go:syncPod).
 */
export function helperPod(spec: HelperSpec): RawObject {
  const { node, namespace, image, pullSecrets, nonce } = spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: helperName(spec),
      namespace,
      labels: ownPodLabels('helper', nonce),
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      hostPID: true,
      restartPolicy: 'Never',
      activeDeadlineSeconds: DEADLINE,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: 'Exists' }],
      ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((name) => ({ name })) } : {}),
      containers: [
        {
          name: HELPER_CONTAINER,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', `sleep ${DEADLINE}`],
          securityContext: { privileged: true },
          volumeMounts: [{ name: 'host', mountPath: '/host' }],
        },
      ],
      volumes: [{ name: 'host', hostPath: { path: '/' } }],
    },
  };
}

/** True for a helper pod of another run. */
export function isForeign(pod: RawObject, nonce: string): boolean {
  return asObject(asObject(pod.metadata).labels)[RUN] !== nonce;
}

/** True for a helper pod that has ended, or is past its time at `now` (milliseconds since the epoch): nobody uses it. */
export function isDead(pod: RawObject, now: number): boolean {
  const phase = asText(asObject(pod.status).phase);
  const createdAt = Date.parse(asText(asObject(pod.metadata).creationTimestamp) ?? '');
  return phase === 'Failed' || phase === 'Succeeded' || now - createdAt > DEADLINE * 1000;
}

/** How far a helper pod is: it runs, it still may, or it never will. */
export type HelperState = { state: 'running' } | { state: 'waiting'; why: string } | { state: 'failed'; why: string };

/**
 * Reasons of a waiting container that do not pass in the time that anybody waits (pkg/kubelet/images/types.go,
 * kuberuntime/kuberuntime_container.go).
 */
const HOPELESS = [
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'SignatureValidationFailed',
  'RegistryUnavailable',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'CrashLoopBackOff',
];

/** Reads the state of a helper pod from its status. */
export function helperState({ status }: RawObject): HelperState {
  const { phase, reason, message, containerStatuses } = asObject(status);
  const { waiting, running, terminated } = asObject(asObject(asList(containerStatuses)[0]).state);
  if (running !== undefined) return { state: 'running' };
  if (terminated !== undefined) return { state: 'failed', why: words(asObject(terminated)) };
  if (phase === 'Failed' || phase === 'Succeeded') return { state: 'failed', why: words({ reason, message }) };
  const cause = asObject(waiting);
  const why = words(cause);
  return HOPELESS.includes(asText(cause.reason) ?? '') ? { state: 'failed', why } : { state: 'waiting', why };
}

function words({ reason, message }: RawObject): string {
  const [first = '', second] = [asText(reason), asText(message)].filter((text) => text !== undefined && text !== '');
  return second === undefined ? first : `${first}: ${second}`;
}
