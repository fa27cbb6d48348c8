/** scripts/demo: the founding case, made by a real kube-controller-manager, and its cure by the built program. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiOf } from '../clusters/admin.ts';
import { planeDown, planeUp } from '../clusters/plane.ts';
import { ROOT } from '../lib/places.ts';
import { run } from '../lib/processes.ts';
import { duration, say } from '../lib/progress.ts';
import { cure } from './cure.ts';
import { Fleet } from './fleet.ts';
import { FIRST_FLAGS, leadToFoundingCase } from './founding-case.ts';
import { endCommands, Shell, tell } from './shell.ts';

const started = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'podcidr-demo-'));
const dir = join(folder, 'plane');

async function cleanUp(): Promise<void> {
  endCommands();
  await planeDown(dir);
  rmSync(folder, { recursive: true, force: true });
}

// A plane that is still starting ends when it sees that its owner is gone.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => void cleanUp().finally(() => process.exit(130)));
}

async function buildProgram(): Promise<void> {
  say('building dist/kubectl-podcidr (npm run build)');
  const { code, stdout, stderr } = await run('npm', ['run', '--silent', 'build'], { cwd: ROOT, env: process.env });
  if (code !== 0) throw new Error(`npm run build failed:\n${stdout}${stderr}`);
}

try {
  await buildProgram();
  const {
    kubeconfig,
    version,
    server = '',
  } = await planeUp({
    dir,
    kwok: true,
    controllerManager: FIRST_FLAGS,
    owner: process.pid,
  });
  tell(`A real control plane, Kubernetes ${version}; the workers are kept alive by kwok.`);
  const api = apiOf(kubeconfig);
  const fleet = new Fleet(api, version);
  await leadToFoundingCase(dir, fleet);
  const home = { own: join(folder, 'home'), other: join(folder, 'home-of-a-colleague') };
  for (const path of Object.values(home)) mkdirSync(path);
  // No Node is on this PATH: the program is one file.
  const path = [join(ROOT, 'dist'), join(dir, 'bin'), '/usr/bin', '/bin'].join(':');
  const shell = new Shell({ PATH: path, HOME: home.own, KUBECONFIG: kubeconfig });
  await cure({ shell, plane: { dir, kubeconfig, server }, home });
  api.close();
} catch (error) {
  say(`error: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
tell(`took ${duration(performance.now() - started)}`);
process.exit();
