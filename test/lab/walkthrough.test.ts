import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { ROOT } from '../../scripts/lib/places.ts';
import { brokenPings } from '../harness/lab/pings.ts';
import { startLab } from '../harness/lab.ts';
import { runPodcidr } from '../harness/program.ts';
import { replay, timeless } from '../harness/walkthrough.ts';

const FILE = join(ROOT, 'docs/walkthrough.md');

test('docs/walkthrough.md tells what happens: from a broken ping to a working one by one command', async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());
  // As the document has them, whatever the allocator gave out.
  for (const [index, node] of lab.nodes.entries()) await lab.recreateNode(node, [`10.244.${100 + index}.0/24`]);
  for (const node of lab.nodes) await lab.settleNode(node);
  await lab.untilJoined();
  await lab.deployEcho();
  await lab.shareSubnet('n2', 'n3');
  t.not(brokenPings(await lab.pings()).length, 0);
  const document = readFileSync(FILE, 'utf8');
  const now = await replay(document, {
    isOwn: () => true,
    async run(command) {
      const args = command.split(' ').slice(2);
      // Where backups are kept is no matter to a reader.
      const hidden = args[0] === 'reassign' ? ['--state-dir', join(lab.dir, 'state')] : [];
      const options = { kubeconfig: lab.kubeconfig, entry: join(ROOT, 'src/main.ts') };
      const { stdout, stderr, code } = await runPodcidr([...args, ...hidden], options);
      return { output: `${stdout}${stderr}`, code: code ?? 1 };
    },
  });
  t.deepEqual(brokenPings(await lab.pings()), []);
  if (process.env.WALKTHROUGH === 'write') writeFileSync(FILE, now);
  t.is(timeless(now), timeless(readFileSync(FILE, 'utf8')));
});
