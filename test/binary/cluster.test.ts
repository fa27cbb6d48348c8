import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { createNodes, node } from '../harness/node.ts';
import { PROGRAM } from './program.ts';
import { makeRelease } from './release.ts';
import { makeToolbox, type Toolbox } from './toolbox.ts';

let plane: ControlPlane;
let toolbox: Toolbox;
/** Types a command after `krew install`, with KUBECONFIG set to the plane's administrator. */
const type = (command: string) => toolbox.type(command, { KUBECONFIG: plane.kubeconfig, TERM: 'dumb' });

async function subnetOf(name: string): Promise<string | undefined> {
  return (await plane.api.get(`/api/v1/nodes/${name}`)).spec?.podCIDR;
}

test.before(async () => {
  toolbox = await makeToolbox();
  const folder = join(toolbox.folder, 'release');
  mkdirSync(folder);
  const { manifest, archive } = await makeRelease(PROGRAM, folder);
  const { code, stderr } = await toolbox.type(`kubectl krew install --manifest=${manifest} --archive=${archive}`);
  if (code !== 0) throw new Error(stderr);
  plane = await startControlPlane();
  await createNodes(
    plane.api,
    ['worker-1', 'worker-2', 'worker-3'].map((name) => node(name)),
  );
});
test.after.always(async () => {
  await plane?.stop();
  toolbox?.remove();
});

test.serial('after krew install, kubectl podcidr list shows every node with its subnet', async (t) => {
  const { code, stdout, stderr } = await type('kubectl podcidr list');
  t.is(code, 0, stderr);
  const rows = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/))
      .map(([name, subnet]) => [name, subnet]),
  );
  for (const name of [plane.node, 'worker-1', 'worker-2', 'worker-3']) t.is(rows.get(name), await subnetOf(name), name);
});

test.serial('after krew install, kubectl podcidr reassign NODE --yes gives the node another subnet', async (t) => {
  const before = await subnetOf('worker-1');
  const { code, stdout, stderr } = await type('kubectl podcidr reassign worker-1 --yes');
  t.is(code, 0, stdout + stderr);
  const after = await subnetOf('worker-1');
  t.truthy(after);
  t.not(after, before);
});

test.serial(
  'after krew install, kubectl podcidr reassign NODE asks on a terminal and does it when told so',
  async (t) => {
    // script gives it a terminal, with what is piped in as typed.
    const asked = "script -qec 'kubectl podcidr reassign worker-2' /dev/null";
    const before = await subnetOf('worker-2');
    const { stdout } = await type(`echo no | ${asked}`);
    t.is(await subnetOf('worker-2'), before, stdout);
    const { code, stdout: told } = await type(`echo yes | ${asked}`);
    t.is(code, 0, told);
    t.not(await subnetOf('worker-2'), before, told);
  },
);
