import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ROOT } from '../../scripts/lib/places.ts';
import { type ControlPlane, startControlPlane } from '../harness/control-plane.ts';
import { FOUNDING_CASES, type FoundingCase } from '../harness/founding/cases.ts';
import { runPodcidr } from '../harness/program.ts';
import { openShell } from '../harness/shell.ts';
import { replay, timeless } from '../harness/walkthrough.ts';

/** Looks, and what is done on a host. All else must be a remedy that was printed. */
const LOOKS = /^kubectl podcidr (validate|list|explain|lookup)\b/;

/** A flag of kube-controller-manager is set in its manifest. */
const MANIFEST = /^sudo vi \S+ {2}# set (.*)$/;
const typed = (remedy: string) =>
  remedy.replace(/^set (.*) of kube-controller-manager \(kubeadm: (.*)\)$/, 'sudo vi $2  # set $1');

async function tell(t: ExecutionContext, name: string, founding: FoundingCase): Promise<void> {
  // The documents quote kubectl of this version.
  const plane = await startControlPlane({ kubernetes: '1.36', kwok: true, controllerManager: founding.flags });
  t.teardown(() => plane.stop());
  const { tools, names = [], stop } = (await founding.breaks(plane)) ?? {};
  t.teardown(async () => stop?.());
  for (const output of ['table', 'json']) await sameOffline(t, plane, output);
  const shell = openShell(plane, { ...(tools && { tools }), ...(founding.editor && { editor: founding.editor }) });
  const file = join(ROOT, `docs/walkthrough/${name}.md`);
  const document = readFileSync(file, 'utf8');
  const now = await replay(document, {
    names: [...names, [plane.node, 'cp1']],
    isOwn: (command) => LOOKS.test(command),
    typed,
    async run(command) {
      const flags = MANIFEST.exec(command)?.[1];
      if (flags === undefined) {
        const shown = await shell(command);
        await founding.follows?.(plane, command);
        return shown;
      }
      await plane.controllerManager(flags.split(' and '));
      return { output: '', code: 0 };
    },
  });
  if (process.env.WALKTHROUGH === 'write') writeFileSync(file, now);
  t.is(timeless(now), timeless(readFileSync(file, 'utf8')));
  t.regex(now.match(/^\d+ nodes: .*$/gm)?.at(-1) ?? '', /^\d+ nodes: (nothing wrong was found|\d+ for information)$/);
}

/** The report of a dump is that of the cluster, byte for byte. A process that starts again and again changes both: then once more. */
async function sameOffline(t: ExecutionContext, { kubeconfig }: ControlPlane, output: string): Promise<void> {
  for (let left = 10; left > 0; left--) {
    const before = await runPodcidr(['validate', '-o', output], { kubeconfig });
    const { stdout: input } = await runPodcidr(['dump'], { kubeconfig });
    const offline = await runPodcidr(['validate', '-f', '-', '-o', output], { input });
    const after = await runPodcidr(['validate', '-o', output], { kubeconfig });
    if (left > 1 && after.stdout !== before.stdout) continue;
    t.deepEqual(offline, before);
    return;
  }
}

for (const [name, founding] of Object.entries(FOUNDING_CASES)) {
  test.serial(`validate alone leads somebody new out of a founding case: ${name}`, (t) => tell(t, name, founding));
}
