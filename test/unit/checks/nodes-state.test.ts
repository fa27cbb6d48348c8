import test from 'ava';
import type { SurveyNode } from '../../../src/model/survey.ts';
import { node } from '../plan/support.ts';
import { NOW } from './support.ts';
import { judge } from './with-facts.ts';

const taint = (key: string, effect = 'NoSchedule') => ({ key: `node.kubernetes.io/${key}`, value: '', effect });
const condition = (status: string, since: number | undefined) => ({ status, reason: '', since });

const stuck = (name: string, more: Partial<SurveyNode>) => node(name, ['10.244.1.0/24'], more);

const report = (...nodes: SurveyNode[]) => judge('NodeTaintStuck', nodes, {}).findings;

test('a taint whose reason has been over for a minute is stuck, by its own condition', (t) => {
  const since = (ago: number) => ({ readySince: NOW - ago });
  t.is(report(stuck('a', { taints: [taint('not-ready')], ...since(60_000) })).length, 1);
  t.deepEqual(report(stuck('a', { taints: [taint('not-ready')], ...since(59_999) })), []);
  t.is(report(stuck('a', { taints: [taint('not-ready')] })).length, 1, 'a condition without a time is old');
  t.deepEqual(report(stuck('a', { taints: [taint('not-ready')], ready: 'False' })), []);
  t.deepEqual(report(stuck('a', { taints: [taint('unreachable')], ready: 'Unknown' })), []);
  t.is(report(stuck('a', { taints: [taint('unreachable')] })).length, 1);
  t.deepEqual(report(stuck('a', { taints: [taint('not-ready')], deleting: true })), []);
  t.deepEqual(report(stuck('a', { taints: [taint('memory-pressure')] })), []);
});

test('the network’s taint goes by the network’s condition', (t) => {
  const network = (status: string, ago: number) =>
    report(stuck('a', { taints: [taint('network-unavailable')], networkUnavailable: condition(status, NOW - ago) }))
      .length;
  t.deepEqual([network('False', 60_000), network('False', 59_000), network('True', 99_000)], [1, 0, 0]);
  t.deepEqual(report(stuck('a', { taints: [taint('network-unavailable')] })), []);
});

test('one command a taint takes them off, of the nodes that a command can name', (t) => {
  const [found] = report(
    stuck('b', { taints: [taint('not-ready'), taint('not-ready', 'NoExecute')] }),
    stuck('a', { taints: [taint('not-ready'), taint('unreachable', 'NoExecute')] }),
    stuck('Bad', { taints: [taint('unreachable', 'NoExecute')] }),
  );
  t.is(found?.message, '3 nodes carry a taint whose reason is over');
  t.deepEqual(found?.evidence, [
    'Bad: node.kubernetes.io/unreachable:NoExecute',
    'a: node.kubernetes.io/not-ready:NoSchedule',
    'a: node.kubernetes.io/unreachable:NoExecute',
    'b: node.kubernetes.io/not-ready:NoSchedule,NoExecute',
  ]);
  t.is(
    found?.remedy,
    'kubectl taint nodes a node.kubernetes.io/unreachable- && kubectl taint nodes a b node.kubernetes.io/not-ready-',
  );
  const [bad] = report(stuck('Bad', { taints: [taint('not-ready')] }));
  t.is(bad?.message, '1 node carries a taint whose reason is over');
  t.is(bad?.remedy, 'the name is not valid: no command can name it');
});

test('a network that is not set up is told after two minutes, with the reason', (t) => {
  const report = (...nodes: SurveyNode[]) => judge('NetworkUnavailable', nodes, {}).findings[0];
  const cut = (name: string, more: Partial<SurveyNode> = {}, ago = 120_000, reason = 'NoRouteCreated') =>
    stuck(name, { networkUnavailable: { status: 'True', reason, since: NOW - ago }, ...more });
  t.is(report(cut('a', {}, 119_999)), undefined);
  t.is(report(cut('a', { createdAt: NOW - 119_999 })), undefined);
  t.is(report(cut('a', { deleting: true })), undefined);
  t.is(report(cut('a', { labels: { type: 'virtual-kubelet' } })), undefined);
  t.is(report(stuck('a', { networkUnavailable: { status: 'False', reason: '', since: 0 } })), undefined);
  const one = report(cut('a'));
  t.is(one?.message, '1 node says that its network is not set up');
  t.is(one?.remedy, 'kubectl describe node a');
  const two = report(cut('Bad', {}, 120_000, ''), cut('b'), cut('c'));
  t.is(two?.message, '3 nodes say that their network is not set up');
  t.deepEqual(two?.evidence.slice(0, 2), [
    'Bad: NetworkUnavailable, without a reason',
    'b: NetworkUnavailable, NoRouteCreated',
  ]);
  t.is(two?.remedy, 'kubectl describe node b');
  t.is(report(cut('Bad'))?.remedy, 'the names are not valid: no command can name them');
});

test('one machine id on several nodes is told, the oldest keeps it; zeros and virtual nodes are none', (t) => {
  const report = (...nodes: SurveyNode[]) => judge('MachineIDDuplicate', nodes, {}).findings;
  const machine = (name: string, machineID: string, more = {}) => stuck(name, { machineID, ...more });
  const [found] = report(
    machine('c', 'm1', { createdAt: 2 }),
    machine('b', 'm1', { createdAt: 1 }),
    machine('a', 'm1', { createdAt: 3 }),
  );
  t.is(found?.message, '3 nodes have the same machine id');
  t.deepEqual(found?.evidence, ['a: machine id m1', 'b: machine id m1', 'c: machine id m1']);
  t.is(
    found?.remedy,
    'kubectl drain c --ignore-daemonsets  # then on c: rm -f /etc/machine-id /var/lib/dbus/machine-id && systemd-machine-id-setup && reboot; when it is Ready: kubectl uncordon c, and the same for a',
  );
  t.deepEqual(report(machine('a', '000-0'), machine('b', '000-0')), []);
  t.deepEqual(report(stuck('a', {}), stuck('b', {})), []);
  t.deepEqual(report(machine('a', 'm', { labels: { type: 'virtual-kubelet' } }), machine('b', 'm')), []);
});

test('one InternalIP on several nodes is told once an address; other kinds of addresses are not', (t) => {
  const report = (...nodes: SurveyNode[]) => judge('NodeAddressDuplicate', nodes, {}).findings;
  const at = (name: string, type: string, ...list: string[]) =>
    stuck(name, { addresses: list.map((address) => ({ type, address })) });
  const [found, ...more] = report(
    at('b', 'InternalIP', '1.1.1.1', '1.1.1.1'),
    at('a', 'InternalIP', '1.1.1.1', '2.2.2.2'),
  );
  t.deepEqual(more, []);
  t.is(found?.message, '2 nodes have the same address 1.1.1.1');
  t.deepEqual(found?.evidence, ['a: InternalIP 1.1.1.1', 'b: InternalIP 1.1.1.1']);
  t.deepEqual(report(at('a', 'ExternalIP', '1.1.1.1'), at('b', 'ExternalIP', '1.1.1.1')), []);
  t.deepEqual(report(at('a', 'InternalIP', 'x'), at('b', 'InternalIP', 'x')), []);
  const gone = { ...at('b', 'InternalIP', '1.1.1.1'), deleting: true };
  t.deepEqual(report(at('a', 'InternalIP', '1.1.1.1'), gone), []);
});
