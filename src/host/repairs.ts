import { deletesLink, deletesRoute } from '../cni/node-commands.ts';
import { Failure } from '../model/failure.ts';
import type { NodeRoute } from '../model/node-facts.ts';
import type { NodeShell } from './shell.ts';

/** What the kernel answers when there is nothing to delete: ENODEV, ESRCH. */
const GONE = /Cannot find device|No such (device|process)/;

/** Deletes a network device of the node; one that is gone is deleted. Throws Failure, ApiError, WireError. */
export async function deleteLink(shell: NodeShell, name: string): Promise<void> {
  await remove(shell, deletesLink(name));
}

/** Deletes a route of the node's main table; one that is gone is deleted. Throws Failure, ApiError, WireError. */
export async function deleteRoute(shell: NodeShell, route: NodeRoute): Promise<void> {
  await remove(shell, deletesRoute(route));
}

async function remove(shell: NodeShell, command: string): Promise<void> {
  const { code, stderr } = await shell.run(command);
  if (code === 0 || GONE.test(stderr)) return;
  throw new Failure(`${command} failed on node ${shell.node} (exit code ${code}): ${stderr.trim().split('\n')[0]}`);
}
