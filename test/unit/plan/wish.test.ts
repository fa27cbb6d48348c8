import test from 'ava';
import { Failure } from '../../../src/model/failure.ts';
import { readWishes } from '../../../src/plan/wish/wish.ts';

const SLOPPY = [
  '010.1.1.0/24',
  '10.244.1.5/24',
  '10.244.1.0/33',
  '1.2.3/24',
  '/24',
  '10.244.1.0',
  '',
  ' 10.244.1.0/24',
  '10.244.1.0/24 ',
  '10.244.1.0/24\n',
  '10.244. 1.0/24',
  'fe80::%eth0/64',
  'fd00::/129',
  '10.244.1.0/024',
  '10.244.1.0/+24',
  '10.244.1.0/24/24',
  'worker',
];

for (const text of SLOPPY) {
  test(`a sloppy subnet never becomes another one: ${JSON.stringify(text)} is refused`, (t) => {
    const error = t.throws(() => readWishes([`worker-1=${text}`], undefined), { instanceOf: Failure });
    t.is(error?.exitCode, 2);
    t.true(error?.message.includes(JSON.stringify(text)), 'the message names the value');
    t.is(error?.message.split('\n').length, 1);
  });
}

test('NODE=CIDR, NODE=CIDR,CIDR and --cidr name the same wish', (t) => {
  const [given] = readWishes(['worker-1=10.244.7.0/24,fd00::/64'], undefined);
  t.deepEqual(given, readWishes(['worker-1'], '10.244.7.0/24,fd00::/64')[0]);
  t.deepEqual(
    given?.blocks?.map(({ text }) => text),
    ['10.244.7.0/24', 'fd00::/64'],
  );
});

test('a node without a subnet is a wish for a free one', (t) => {
  t.deepEqual(readWishes(['worker-1'], undefined), [{ node: 'worker-1', blocks: undefined }]);
});

for (const [what, args, cidr, says] of [
  ['two subnets of one family', ['worker-1=10.1.0.0/24,10.2.0.0/24'], undefined, 'one subnet of each family'],
  ['three subnets', ['worker-1=10.1.0.0/24,fd00::/64,10.2.0.0/24'], undefined, 'one subnet of each family'],
  ['a node named twice', ['worker-1', 'worker-1=10.1.0.0/24'], undefined, 'named twice'],
  ['--cidr with two nodes', ['worker-1', 'worker-2'], '10.1.0.0/24', 'exactly one node'],
  ['--cidr and NODE=CIDR', ['worker-1=10.1.0.0/24'], '10.2.0.0/24', 'not both'],
  ['a subnet without a node', ['=10.1.0.0/24'], undefined, 'names no node'],
] as const) {
  test(`${what}: refused in one line`, (t) => {
    t.throws(() => readWishes([...args], cidr), { instanceOf: Failure, message: new RegExp(says) });
  });
}

test('a node is named as kubectl names it: our own -o name can be fed back', (t) => {
  t.deepEqual(
    readWishes(['node/worker-1', 'no/worker-2=10.1.0.0/24'], undefined).map(({ node }) => node),
    ['worker-1', 'worker-2'],
  );
});
