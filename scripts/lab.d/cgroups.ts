import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../lib/processes.ts';

const ROOT = '/sys/fs/cgroup';

/** The hierarchies of cgroup v1, and the unified one beside them: runc makes cgroups in each. */
function hierarchies(): string[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(ROOT, entry.name, 'cgroup.procs')))
    .map((entry) => join(ROOT, entry.name));
}

/** Whether the machine has v1 hierarchies; the lab's kubelets were never run with version 2 alone. */
export function hasCgroupsV1(): boolean {
  return (
    existsSync(ROOT) && hierarchies().some((path) => path.endsWith('/memory')) && !existsSync(`${ROOT}/cgroup.procs`)
  );
}

/** The cgroup below which a machine's kubelet makes its own, as its cgroupRoot. */
export function cgroupRoot(id: string, machine?: string): string {
  return `/podcidr-${id}${machine === undefined ? '' : `/${machine}`}`;
}

/** A new cpuset is empty, and nothing can be started in it. */
function inheritCpus(folder: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    writeFileSync(join(folder, file), readFileSync(join(folder, '..', file)));
  }
}

/** Makes a machine's cgroup in every hierarchy. */
export function createCgroups(id: string, machine: string): void {
  for (const hierarchy of hierarchies()) {
    for (const path of [cgroupRoot(id), cgroupRoot(id, machine)]) {
      const folder = join(hierarchy, path);
      mkdirSync(folder, { recursive: true });
      if (existsSync(join(folder, 'cpuset.cpus'))) inheritCpus(folder);
    }
  }
}

function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  }
  rmdirSync(folder);
}

/** What is left of a lab's cgroups. */
export function cgroupsOf(id: string): string[] {
  if (!existsSync(ROOT)) return [];
  return hierarchies()
    .map((hierarchy) => join(hierarchy, cgroupRoot(id)))
    .filter((folder) => existsSync(folder));
}

/** Removes a lab's cgroups. A cgroup is busy until the kernel has done with its last process. */
export async function removeCgroups(id: string): Promise<void> {
  const gone = await until(() => {
    for (const folder of cgroupsOf(id)) {
      try {
        removeTree(folder);
      } catch {
        // Busy: asked again.
      }
    }
    return cgroupsOf(id).length === 0;
  }, 20_000);
  if (!gone) throw new Error(`the cgroups ${cgroupsOf(id).join(', ')} could not be removed`);
}
