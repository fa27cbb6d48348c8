import test from 'ava';
import { ROOT } from '../../scripts/lib/places.ts';
import { brokenPings } from '../harness/lab/pings.ts';
import { flannelPod } from '../harness/lab/pods.ts';
import { type LabWish, startLab } from '../harness/lab.ts';
import { runPodcidr } from '../harness/program.ts';

/** The founding case in a lab of each kind: broken, cured by one command, and every pair of pods answers. */
export function cureTests(wishes: Record<string, LabWish>): void {
  for (const [title, wish] of Object.entries(wishes)) cureTest(title, wish);
}

function cureTest(title: string, wish: LabWish): void {
  test.serial(`${title}: two nodes with one subnet, cured by one command`, async (t) => {
    const lab = await startLab(wish);
    t.teardown(() => lab.stop());
    await lab.deployEcho();
    t.deepEqual(brokenPings(await lab.pings()), []);
    await lab.shareSubnet('n2', 'n3');
    t.not(brokenPings(await lab.pings()).length, 0);
    const flannel = await flannelPod(lab.api, 'n1');
    // With the waits that are shipped.
    const ran = await runPodcidr(
      ['reassign', '--invalid', '--yes', '--ignore-daemonsets', '--state-dir', `${lab.dir}/state`],
      { kubeconfig: lab.kubeconfig, entry: `${ROOT}/src/main.ts` },
    );
    t.log(ran.stderr);
    t.is(ran.code, 0, ran.stderr);
    t.deepEqual(brokenPings(await lab.pings()), []);
    t.notRegex(ran.stderr, /^Left to you:/m);
    t.regex(ran.stderr, /^Verified: the CNI on them works with it, and the other nodes have their routes to them\.$/m);
    t.is(
      (await flannelPod(lab.api, 'n1'))?.metadata.uid,
      flannel?.metadata.uid,
      'the announcement did it: flannel was not restarted on the node that neither shared nor moved',
    );
  });
}
