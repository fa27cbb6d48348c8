import type { CNIPod } from '../../host/cni-pods.ts';
import { lacksRights, openShell } from '../../host/open-shell.ts';
import type { NodeShell } from '../../host/shell.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import type { Work } from '../work.ts';

/** Runs something on the node, in the pod of its CNI; `helper`: where that does not run, in a pod made for it. */
export async function onNode<Value>(
  { node, pods, helper }: { node: string; pods: CNIPod[]; helper: 'allowed' | 'never' },
  { wire, clock, waits, nonce, tell }: Pick<Work, 'wire' | 'clock' | 'waits' | 'nonce' | 'tell'>,
  deed: (shell: NodeShell) => Promise<Value>,
): Promise<Value> {
  const shell = await openShell(wire, node, { clock, pods, helper, nonce, tell, waitMs: waits.answer });
  try {
    return await deed(shell);
  } finally {
    await shell.close();
  }
}

/** True for what does not become better by trying it again: the user may not do it. */
export function isForbidden(error: unknown): boolean {
  return lacksRights(error) || (error instanceof ApiError && error.status === 403);
}
