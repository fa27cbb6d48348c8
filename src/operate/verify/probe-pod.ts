import { ownPodLabels } from '../../kube/objects/ours.ts';
import type { RawObject } from '../../model/json.ts';

/** Who makes probes: what is left of a run that died can be told from what another run needs. */
export interface ProbeOwner {
  /** user@host. */
  by: string;
  /** Of its process on that host. */
  pid: number;
  /** Random digits, one run's own. */
  nonce: string;
}

export interface ProbePlace {
  node: string;
  namespace: string;
  /** On the node already, as a rule: the image of its CNI's pod. */
  image: string;
  /** Names of the Secrets that the image was pulled with. */
  pullSecrets: string[];
}

export const BY = 'kubectl-podcidr/by';
export const PID = 'kubectl-podcidr/pid';

export const PROBE_CONTAINER = 'probe';

/** Where a probe answers, over TCP. */
export const PROBE_PORT = 8480;

/** A probe ends by itself after this long, in seconds, whatever becomes of who made it. */
export const PROBE_SECONDS = 600;

/** Exit code of the probe, and of what asks it, where the image lacks a tool: as a shell has it. */
export const NO_TOOL = 127;

/**
 * A pod on the pod network that answers its own name to whoever connects: the shell and the nc of the CNI's image (busybox in
 * flannel's). It may do nothing else: no token, no user, no rights, nothing to write to; the restricted Pod Security Standard
 * admits it.
 */
export function probePod(
  name: string,
  { node, namespace, image, pullSecrets }: ProbePlace,
  owner: ProbeOwner,
): RawObject {
  const answer = `trap 'exit 0' TERM; command -v nc >/dev/null || exit ${NO_TOOL}; while :; do echo ${name} | nc -l -p ${PROBE_PORT}; done`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: ownPodLabels('probe', owner.nonce),
      annotations: { [BY]: owner.by, [PID]: String(owner.pid) },
    },
    spec: {
      nodeName: node,
      restartPolicy: 'Never',
      activeDeadlineSeconds: PROBE_SECONDS,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: 'Exists' }],
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_534,
        runAsGroup: 65_534,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })) } : {}),
      containers: [
        {
          name: PROBE_CONTAINER,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', answer],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { requests: { cpu: '1m', memory: '4Mi' }, limits: { memory: '64Mi' } },
        },
      ],
    },
  };
}
