import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiOf } from '../../scripts/clusters/admin.ts';
import type { Api } from '../../scripts/clusters/api.ts';
import { changeControllerManager, planeDown, planeUp, restartAPIServer } from '../../scripts/clusters/plane.ts';
import { type Ran, run } from '../../scripts/lib/processes.ts';
import { type AuditEvent, readAuditEvents } from './audit.ts';
import { clearObjects } from './clear.ts';

export interface ControlPlaneOptions {
  /** Major and minor; default: KUBERNETES of the environment, else 1.36. */
  kubernetes?: string;
  /** Keeps all Nodes and pods but the plane's own alive. */
  kwok?: boolean;
  /** Flags of kube-controller-manager, each one word. */
  controllerManager?: string[];
  serviceCIDR?: string;
}

/** A real control plane for the tests of one file. It ends with the test runner, whatever becomes of that. */
export interface ControlPlane {
  dir: string;
  /** Of an administrator, by client certificate. */
  kubeconfig: string;
  /** https://127.0.0.1:PORT */
  server: string;
  /** For example v1.36.3. */
  version: string;
  /** Name of the plane's own Node, which has kube-controller-manager's mirror pod. */
  node: string;
  /** Kubeconfigs of admin (certificate), and, without rights, alice (certificate; groups developers, on-call), viewer, operator, nobody (tokens). */
  users: Record<string, string>;
  /** Raw access as administrator. */
  api: Api;
  /** Runs that version's kubectl as administrator. */
  kubectl(args: string[], options?: { input?: string }): Promise<Ran>;
  /** Restarts kube-controller-manager with these flags in place of ours, or ends it. Resolves when it leads. */
  controllerManager(flags: string[] | 'stop'): Promise<void>;
  /** Ends kube-apiserver and starts it again on the same port. Resolves when it is ready. */
  restartAPIServer(): Promise<void>;
  /** All requests answered until now, oldest first. */
  auditEvents(): AuditEvent[];
  /** Removes what tests have made: every Node but the own one, and all objects that a fresh plane does not have. */
  clear(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

function kubeconfigsOf(dir: string): Record<string, string> {
  const folder = join(dir, 'users');
  const files = readdirSync(folder).filter((name) => name.endsWith('.kubeconfig'));
  return Object.fromEntries(files.map((name) => [name.replace('.kubeconfig', ''), join(folder, name)]));
}

/** Starts a control plane in a directory of its own: 4 s for 1.36, 15 s for 1.24, whose allocator sleeps 10 s first. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const dir = mkdtempSync(join(tmpdir(), 'podcidr-plane-'));
  const kubernetes = options.kubernetes ?? process.env.KUBERNETES ?? '1.36';
  const state = await planeUp({ ...options, kubernetes, dir, owner: process.pid, disposable: true });
  const { kubeconfig, node, version, server = '' } = state;
  const api = apiOf(kubeconfig);
  return {
    dir,
    kubeconfig,
    server,
    version,
    node,
    users: kubeconfigsOf(dir),
    api,
    kubectl: (args, { input } = {}) =>
      run(join(dir, 'bin', 'kubectl'), ['--kubeconfig', kubeconfig, ...args], {
        // kubectl keeps what it discovers below HOME.
        env: { PATH: process.env.PATH, HOME: dir },
        ...(input !== undefined && { input }),
      }),
    controllerManager: (flags) => changeControllerManager(dir, flags === 'stop' ? 'stop' : { flags }),
    restartAPIServer: () => restartAPIServer(dir),
    auditEvents: () => readAuditEvents(join(dir, 'audit.log')),
    clear: () => clearObjects(api, node),
    async stop() {
      api.close();
      await planeDown(dir);
    },
  };
}
