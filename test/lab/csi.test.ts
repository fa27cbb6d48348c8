import test from 'ava';
import { ROOT } from '../../scripts/lib/places.ts';
import { until } from '../../scripts/lib/processes.ts';
import { CSI_DRIVER, registerCsiDriver, restartKubelet } from '../harness/lab/csi-driver.ts';
import { type Lab, startLab } from '../harness/lab.ts';
import { type ProgramResult, runPodcidr } from '../harness/program.ts';

let lab: Lab;

test.before(async () => {
  lab = await startLab({ kubelets: { n2: '1.34' } });
});
test.after.always(() => lab?.stop());

/** With the waits that are shipped. */
function reassign(node: string, podCIDR: string): Promise<ProgramResult> {
  return runPodcidr(
    ['reassign', `${node}=${podCIDR}`, '--yes', '--ignore-daemonsets', '--state-dir', `${lab.dir}/state-${node}`],
    { kubeconfig: lab.kubeconfig, entry: `${ROOT}/src/main.ts` },
  );
}

const findCsiNode = (node: string) => lab.api.find(`/apis/storage.k8s.io/v1/csinodes/${node}`);
const uidOf = async (node: string) => (await lab.api.get(`/api/v1/nodes/${node}`)).metadata.uid;

/** CSINode as far as it matters: the drivers it lists, and the uids of the Nodes that own it. */
async function csiNode(node: string) {
  const found = await findCsiNode(node);
  const { drivers = [] } = (found?.spec ?? {}) as { drivers?: { name: string }[] };
  return {
    drivers: drivers.map(({ name }) => name),
    owners: (found?.metadata.ownerReferences ?? []).map(({ uid }) => uid),
  };
}

/** As it should be: with the driver, and owned by the Node that is there now. */
const whole = async (node: string) => ({ drivers: [CSI_DRIVER], owners: [await uidOf(node)] });

const kubeletNotice = (node: string) =>
  new RegExp(
    `^Left to you:\\n {2}- restart the kubelet of ${node} before any CSI driver on it restarts:\\n {6}systemctl restart kubelet {2}# on ${node}$`,
    'm',
  );

test.serial('kubelet 1.34: CSINode stays with its driver, also when the driver registers again', async (t) => {
  await registerCsiDriver(lab, 'n2');
  const before = await uidOf('n2');
  const { uid } = (await findCsiNode('n2'))?.metadata ?? {};
  t.deepEqual(await csiNode('n2'), await whole('n2'));
  const ran = await reassign('n2', '10.244.62.0/24');
  t.is(ran.code, 0, ran.stderr);
  t.notRegex(ran.stderr, /kubelet of n2/);
  t.not(await uidOf('n2'), before);
  t.deepEqual(await csiNode('n2'), await whole('n2'));
  await registerCsiDriver(lab, 'n2');
  t.deepEqual(await csiNode('n2'), await whole('n2'));
  // The very object: nobody has deleted it in between.
  t.is((await findCsiNode('n2'))?.metadata.uid, uid);
});

test.serial('kubelet 1.36: restarted as the notice says, CSINode stays when its driver registers again', async (t) => {
  await registerCsiDriver(lab, 'n3');
  const before = await uidOf('n3');
  const ran = await reassign('n3', '10.244.63.0/24');
  t.is(ran.code, 0, ran.stderr);
  t.regex(ran.stderr, kubeletNotice('n3'));
  t.not(await uidOf('n3'), before);
  t.deepEqual(await csiNode('n3'), await whole('n3'));
  await restartKubelet(lab, 'n3');
  t.deepEqual(await csiNode('n3'), await whole('n3'));
  await registerCsiDriver(lab, 'n3');
  t.deepEqual(await csiNode('n3'), await whole('n3'));
});

test.serial(
  'kubelet 1.36, not restarted: CSINode is gone once the driver registers; a restart helps then too',
  async (t) => {
    await registerCsiDriver(lab, 'n1');
    const ran = await reassign('n1', '10.244.61.0/24');
    t.is(ran.code, 0, ran.stderr);
    t.regex(ran.stderr, kubeletNotice('n1'));
    await registerCsiDriver(lab, 'n1');
    // The kubelet deletes it and makes one that the former Node owns, which the garbage collector deletes.
    t.true(await until(async () => (await findCsiNode('n1')) === undefined, 60_000, 200));
    await restartKubelet(lab, 'n1');
    t.deepEqual(await csiNode('n1'), await whole('n1'));
    await registerCsiDriver(lab, 'n1');
    t.deepEqual(await csiNode('n1'), await whole('n1'));
  },
);
