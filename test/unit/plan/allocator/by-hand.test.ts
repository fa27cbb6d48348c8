import test from 'ava';
import { byHand, type Left } from '../../../../src/plan/allocator/by-hand.ts';
import { startupHazard } from '../../../../src/plan/allocator/outside.ts';
import { hostOf, isOn, leadingReplica, type Replica, readReplica } from '../../../../src/plan/allocator/replica.ts';

const PATCH = `  kubectl -n kube-system patch lease kube-controller-manager --type=merge -p '{"spec":{"holderIdentity":"restart"}}'`;

const replica = (more: Partial<Replica> = {}): Replica => ({
  pod: 'kcm-cp1',
  node: 'cp1',
  version: 'v1.24.17',
  flags: new Map([['cluster-cidr', '10.244.0.0/16']]),
  isStatic: true,
  life: '0 x',
  ...more,
});

const left = (more: Partial<Left> = {}) =>
  byHand({ endangered: ['a'], version: 'v1.24.17', elects: true, leader: replica(), ...more });

test('the danger names five nodes and counts the rest', (t) => {
  const danger = (...endangered: string[]) => left({ endangered })[0];
  t.is(
    danger('a'),
    'Left to do: kube-controller-manager v1.24.17 may hand out again what a holds, until its leader is restarted',
  );
  t.regex(danger('a', 'b', 'c', 'd', 'e') ?? '', /what a, b, c, d, e hold, until/);
  t.regex(danger('a', 'b', 'c', 'd', 'e', 'f', 'g') ?? '', /what a, b, c, d, e and 2 more hold, until/);
  t.regex(left({ version: undefined })[0] ?? '', /kube-controller-manager of an unknown version may/);
});

test('the commands are those of where it runs', (t) => {
  t.deepEqual(left().slice(1), ['Restart it with this, which makes it exit after about 10 s and start again:', PATCH]);
  t.deepEqual(left({ leader: undefined }).slice(1), [
    'If it is older than 1.31.4, and starts again by itself where it runs, this makes it exit after about 10 s:',
    PATCH,
  ]);
  t.deepEqual(left({ leader: replica({ isStatic: false, pod: "k'x" }) }).slice(1), [
    'Restart it with:',
    "  kubectl -n kube-system delete pod 'k'\\''x'",
  ]);
  t.deepEqual(left({ elects: false }).slice(1), [
    'It runs without leader election, so only its host can restart it:',
    '  crictl stop $(crictl ps -q --name kube-controller-manager)  # on cp1',
  ]);
  t.deepEqual(left({ host: 'srv' }).slice(1), [
    'It is part of the k3s server: restart that:',
    '  systemctl restart k3s  # on srv',
  ]);
});

test('what would stop its start is cured first', (t) => {
  const hazard = (...nodes: string[]) => left({ hazard: { why: 'WHY', nodes }, host: 'srv' }).slice(1);
  t.deepEqual(hazard('x', 'y'), [
    'It was not restarted: WHY. First cure that, then restart it:',
    '  kubectl podcidr reassign x y',
    PATCH,
  ]);
  t.is(hazard('1', '2', '3', '4', '5')[1], '  kubectl podcidr reassign 1 2 3 4 5');
  t.is(hazard('1', '2', '3', '4', '5', '6')[1], '  kubectl podcidr reassign 1 2 3 4 5 …');
  t.deepEqual(hazard(), ['It was not restarted: WHY. First cure that, then restart it:', PATCH]);
});

test('a start that a subnet would stop is told with the first node and how many more there are', (t) => {
  const nodes = (...all: string[][]) => all.map((podCIDRs, at) => ({ name: `n${at}`, podCIDRs }));
  const fine = ['10.244.1.0/24'];
  t.is(startupHazard([replica()], nodes(fine, [])), undefined);
  t.deepEqual(startupHazard([replica()], nodes(fine, ['10.9.0.0/24', 'fd00::/64'])), {
    why: 'it would not start again: node n1 has 10.9.0.0/24,fd00::/64, which does not fit its --cluster-cidr 10.244.0.0/16',
    nodes: ['n1'],
  });
  t.deepEqual(startupHazard([replica()], nodes(['x'], fine, ['10.9.0.0/24'])), {
    why: 'it would not start again: node n0 has x, which does not fit its --cluster-cidr 10.244.0.0/16, and 1 more',
    nodes: ['n0', 'n2'],
  });
  t.deepEqual(startupHazard([replica({ flags: new Map() })], []), {
    why: 'the --cluster-cidr of pod kube-system/kcm-cp1 cannot be read',
    nodes: [],
  });
});

test('a replica is read from the container of its name, else from the first', (t) => {
  const NAME = 'kube-controller-manager';
  const raw = (names: string[], running: string | undefined) => ({
    metadata: { name: 'p', annotations: { 'kubernetes.io/config.mirror': 'x', 'kubernetes.io/config.source': 'file' } },
    spec: {
      nodeName: 'cp1',
      restartPolicy: 'Always',
      containers: names.map((name) => ({
        name,
        image: `${name}:v1.${name.length}.0`,
        command: [name],
        args: [`--is=${name}`],
      })),
    },
    status: {
      containerStatuses: names.map((name) => ({
        name,
        restartCount: name.length,
        state: running === undefined ? {} : { running: { startedAt: running } },
      })),
    },
  });
  t.deepEqual(readReplica(raw(['proxy', NAME], 'now')), {
    pod: 'p',
    node: 'cp1',
    version: 'v1.23.0',
    flags: new Map([['is', NAME]]),
    isStatic: true,
    life: '23 now',
  });
  t.is(readReplica(raw(['proxy'], 'now')).flags.get('is'), 'proxy');
  t.is(readReplica(raw(['proxy'], undefined)).life, undefined);
  t.deepEqual(readReplica({}), {
    pod: '',
    node: '',
    version: undefined,
    flags: new Map(),
    isStatic: false,
    life: undefined,
  });
  const once = raw([NAME], 'now');
  t.false(readReplica({ ...once, spec: { ...once.spec, restartPolicy: 'Never' } }).isStatic);
  t.false(readReplica({ ...once, metadata: { annotations: { 'kubernetes.io/config.source': 'file' } } }).isStatic);
});

test('a flag is on as Go reads it, and the default where it is not there', (t) => {
  const on = (text: string) => isOn(replica({ flags: new Map([['x', text]]) }), 'x', false);
  t.deepEqual(['1', 't', 'TRUE', 'True', 'false', '0', 'yes', 'true '].map(on), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
  t.true(isOn(replica(), 'x', true));
  t.false(isOn(replica(), 'x', false));
});

test('the leader is the replica on the host of its name, or the only one that may be meant', (t) => {
  const on = (...nodes: string[]) => nodes.map((node) => replica({ node }));
  const lead = (holder: string, ...nodes: string[]) => leadingReplica(holder, on(...nodes))?.node;
  t.is(lead('CP2_x', 'cp1', 'cp2'), 'cp2');
  t.is(lead('cp1.example.com_x', 'cp1', 'cp2'), 'cp1');
  t.is(lead('cp1_x', 'cp1.a', 'cp1.b'), undefined);
  t.is(lead('cp1.b_x', 'cp1.a', 'cp1.b'), 'cp1.b');
  t.is(lead('elsewhere_x', 'cp1'), 'cp1');
  t.is(lead('elsewhere_x', 'cp1', 'cp2'), undefined);
  t.is(hostOf('My_Host_0a1b'), 'my_host');
});
