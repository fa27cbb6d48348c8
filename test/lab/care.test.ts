import test from 'ava';
import { ROOT } from '../../scripts/lib/places.ts';
import { brokenPings } from '../harness/lab/pings.ts';
import { type Lab, type LabWish, startLab } from '../harness/lab.ts';
import { runPodcidr } from '../harness/program.ts';

const WISHES: [title: string, wish: LabWish][] = [
  ['vxlan, both families', { dualStack: true }],
  ['host-gw', { backend: 'host-gw' }],
  ['vxlan with DirectRouting', { backend: 'direct' }],
  ['vxlan, flannel 0.25', { flannel: '0.25' }],
  ['host-gw, flannel 0.25', { backend: 'host-gw', flannel: '0.25' }],
  ['vxlan with DirectRouting, flannel 0.25', { backend: 'direct', flannel: '0.25' }],
];

for (const [title, wish] of WISHES) {
  test.serial(`${title}: two nodes with one subnet, cured by one command`, async (t) => {
    const lab = await startLab(wish);
    t.teardown(() => lab.stop());
    await lab.deployEcho();
    t.deepEqual(brokenPings(await lab.pings()), []);
    await lab.shareSubnet('n2', 'n3');
    t.not(brokenPings(await lab.pings()).length, 0);
    const flannel = await flannelOn(lab, 'n1');
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
      await flannelOn(lab, 'n1'),
      flannel,
      'the announcement did it: flannel was not restarted on the node that neither shared nor moved',
    );
  });
}

/** uid of flannel's pod on the node. */
async function flannelOn({ api }: Lab, node: string): Promise<string | undefined> {
  const pods = await api.list(`/api/v1/namespaces/kube-flannel/pods?fieldSelector=spec.nodeName%3D${node}`);
  return pods[0]?.metadata.uid;
}
