import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { component } from '../../scripts/components/build.ts';
import { type Ran, run } from '../../scripts/lib/processes.ts';

/** A machine's PATH as its user has it: kubectl, the real krew, git and the system's tools, but no Node. */
export interface Toolbox {
  /** A folder of this test alone; krew's root is below it. */
  folder: string;
  /** Where krew links the plugins that it installs. */
  plugins: string;
  /** Runs a command as typed in a shell whose PATH has the toolbox and krew's plugins. */
  type(command: string, env?: Record<string, string>): Promise<Ran>;
  remove(): void;
}

/** @param plugins folder with plugins for kubectl; default: where krew installs them */
export async function makeToolbox(plugins?: string): Promise<Toolbox> {
  const folder = mkdtempSync(join(tmpdir(), 'podcidr-toolbox-'));
  const root = join(folder, 'krew');
  const found = plugins ?? join(root, 'bin');
  symlinkSync(await component('kubernetes-1.36', 'kubectl'), join(folder, 'kubectl'));
  symlinkSync(await component('krew', 'krew'), join(folder, 'kubectl-krew'));
  symlinkSync(await component('krew', 'validate-krew-manifest'), join(folder, 'validate-krew-manifest'));
  const env = { HOME: folder, TMPDIR: folder, KREW_ROOT: root, PATH: `${found}:${folder}:/usr/bin:/bin` };
  return {
    folder,
    plugins: found,
    type: (command, more = {}) => run('/bin/sh', ['-c', command], { cwd: folder, env: { ...env, ...more } }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
