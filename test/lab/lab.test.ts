import test from 'ava';
import { brokenPings } from '../harness/lab/pings.ts';
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
