import { type ExecTarget, execInPod } from '../kube/exec.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { NodeShell } from './shell.ts';

/** Commands on a node by exec into a pod there that has the host's network; each may take `mostMs`. */
export function podShell(wire: Wire, node: string, target: ExecTarget, mostMs: number): NodeShell {
  return {
    node,
    source: `pod ${target.namespace}/${target.pod}`,
    seesHost: false,
    run: (script) => execInPod(wire, target, ['sh', '-c', script], mostMs),
    close: async () => undefined,
  };
}

/** For whoever may not run commands in pods. */
export const RIGHTS_HINT =
  'it takes get and create on pods/exec, for a helper pod get, create, delete on pods: ClusterRole kubectl-podcidr-node-shell of docs/rbac.yaml';

/** Why no commands can be run there, in words. */
export interface ShellProblem {
  /** `rights`: nobody lets us; `pod`: this pod cannot, another may; `kubelet`: the server does not reach the node. */
  lies: 'rights' | 'pod' | 'kubelet';
  why: string;
}

/** Tries the shell: sh and ip must be there. Undefined: it works. Throws WireError. */
export async function tryShell(shell: NodeShell): Promise<ShellProblem | undefined> {
  try {
    const { code } = await shell.run('command -v ip');
    return code === 0 ? undefined : { lies: 'pod', why: 'its image has no ip' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return problemOf(error);
  }
}

/**
 * What the API server and the kubelet answer to an exec that they refuse. Their words are matched where no code tells: the
 * kubelet answers 500 for a container that is not there, the container runtime (runc, crun) that a program is not, and the API
 * server itself when it gets no connection to the kubelet (apiserver proxy/dial.go).
 */
function problemOf({ status, message }: ApiError): ShellProblem {
  // From 1.35 on the server gives no reason where create on pods/exec lacks: its sentence ends at the colon.
  if (status === 401 || status === 403) return { lies: 'rights', why: message.replace(/[\s:]+$/, '') };
  if (/executable file not found|no such file or directory/.test(message)) {
    return { lies: 'pod', why: 'its image has no sh' };
  }
  if (/error dialing backend|dial tcp|no route to host|No agent available/.test(message)) {
    return { lies: 'kubelet', why: message };
  }
  return { lies: 'pod', why: message };
}
