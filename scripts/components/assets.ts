import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/processes.ts';

const TOOLS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'];

/** Ready binaries in a folder, as envtest and other projects keep them. */
export interface Assets {
  folder: string;
  /** What kube-apiserver reports, for example v1.36.3. */
  version: string;
  /** Major and minor, for example 1.36. */
  minor: string;
}

let found: Promise<Assets | undefined> | undefined;

async function look(): Promise<Assets | undefined> {
  const folder = process.env.KUBEBUILDER_ASSETS;
  if (!folder || !TOOLS.every((tool) => existsSync(join(folder, tool)))) return undefined;
  const { stdout } = await run(join(folder, 'kube-apiserver'), ['--version']);
  const match = /v(\d+\.\d+)\.\S+/.exec(stdout);
  return match ? { folder, version: match[0], minor: match[1] ?? '' } : undefined;
}

/** The binaries that KUBEBUILDER_ASSETS names; undefined when it is not set or the folder lacks one of them. */
export function assets(): Promise<Assets | undefined> {
  found ??= look();
  return found;
}
