import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { untilEchoing } from '../harness/lab/echo.ts';
import { brokenPings } from '../harness/lab/pings.ts';
import { flannelPod } from '../harness/lab/pods.ts';
import { type Lab, startLab } from '../harness/lab.ts';

let lab: Lab;
test.before(async () => {
  lab = await startLab();
  await lab.deployEcho();
});
test.after.always(() => lab?.stop());

/** Pairs of nodes, n1>n2, whose pods the right pod answers. */
const good = async () => (await lab.pings()).filter(({ ok }) => ok).map(({ from, to }) => `${from.node}>${to.node}`);

test.serial('every pod of the new cluster reaches every other', async (t) => {
  const pings = await lab.pings();
  t.is(pings.length, 6);
  t.deepEqual(brokenPings(pings), []);
});

test.serial('two nodes with one subnet: their pods are taken for each other, or not reached', async (t) => {
  const podCIDRs = await lab.shareSubnet('n2', 'n3');
  const nodes = await lab.api.list('/api/v1/nodes');
  const sharing = nodes.filter(({ spec }) => spec?.podCIDRs?.join() === podCIDRs.join());
  t.deepEqual(
    sharing.map(({ metadata }) => metadata.name),
    ['n2', 'n3'],
  );
  const reached = await good();
  t.log(reached);
  t.false(reached.includes('n1>n2'), 'the last writer has the route');
  t.false(reached.includes('n2>n1'), 'answers go to the twin');
  t.false(reached.includes('n3>n2'));
});

test.serial('cured by hand: every pod reaches every other', async (t) => {
  await lab.recreateNode('n3', ['10.244.40.0/24']);
  await lab.settleNode('n3');
  await lab.announceNode('n2');
  await lab.untilJoined();
  t.deepEqual(brokenPings(await lab.pings()), []);
});

test.serial('a continuous ping loses nothing while nothing happens, and counts a cut', async (t) => {
  const [one, two, three] = await lab.echoPods();
  if (!one || !two || !three) return t.fail('there are not three pods');
  const route = async (...words: string[]) => t.is((await lab.inNode(one.node, ['ip', 'route', ...words])).code, 0);
  const [cut, whole] = [lab.pingContinuously(one, two), lab.pingContinuously(one, three)];
  await sleep(1_000);
  await route('add', 'blackhole', two.addresses[0] ?? '');
  await sleep(1_000);
  await route('del', 'blackhole', two.addresses[0] ?? '');
  await sleep(1_000);
  const [lost, none] = [await cut.stop(), await whole.stop()];
  t.log(lost);
  t.is(lost.cuts.length, 1);
  t.true(lost.lost > 0 && lost.lost < lost.sent && lost.cutMs > 0);
  t.true(none.sent > 0);
  t.is(none.lost, 0);
});

test.serial('every server can be restarted, and the pods reach each other then too', async (t) => {
  const old = await flannelPod(lab.api, 'n1');
  const { uid } = await lab.api.get('/api/v1/nodes/n2').then(({ metadata }) => metadata);
  await lab.restartFlannel();
  t.not((await flannelPod(lab.api, 'n1'))?.metadata.uid, old?.metadata.uid);
  await lab.stopKubelet('n1');
  t.is((await lab.inNode('n1', ['pgrep', '-x', 'kubelet'])).code, 1);
  await lab.startKubelet('n1');
  await lab.restartContainerd('n2');
  await lab.restartControllerManager();
  await lab.untilJoined();
  t.is((await lab.api.get('/api/v1/nodes/n2')).metadata.uid, uid);
  t.deepEqual(brokenPings(await lab.pings()), []);
});

test.serial('a node that joins gets a subnet of its own, and its pods are reached', async (t) => {
  const name = await lab.addNode();
  t.is(name, 'n4');
  await untilEchoing(lab.api, 'echo', lab.nodes);
  const pings = await lab.pings();
  t.is(pings.length, 12);
  t.deepEqual(brokenPings(pings), []);
  const subnets = (await lab.api.list('/api/v1/nodes')).map(({ spec }) => spec?.podCIDR);
  t.is(new Set(subnets).size, subnets.length);
});
