import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readWanted, type WantedArgs } from '../../../src/commands/wanted-moves.ts';
import { Failure } from '../../../src/model/failure.ts';
import { testContext } from './support.ts';

const NONE: WantedArgs = {
  wishes: [],
  cidr: undefined,
  invalid: false,
  selector: undefined,
  maxNodes: undefined,
  planFile: undefined,
};
const folder = mkdtempSync(join(tmpdir(), 'podcidr-wanted-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const read = (args: Partial<WantedArgs>, stdin = '') => readWanted(testContext(stdin), { ...NONE, ...args });

const BAD: [what: string, args: Partial<WantedArgs>, says: RegExp][] = [
  ['nothing named', {}, /^name the nodes to reassign, or use --invalid/],
  ['a selector without --invalid', { wishes: ['a'], selector: 'x=y' }, /^--selector goes with --invalid/],
  [
    '--max-nodes that is no number',
    { wishes: ['a'], maxNodes: 'two' },
    /^--max-nodes "two" is not a whole number over 0$/,
  ],
  ['a negative --max-nodes', { invalid: true, maxNodes: '-1' }, /^--max-nodes "-1"/],
  [
    '--invalid with a subnet',
    { invalid: true, wishes: ['b', 'a=10.244.1.0/24'] },
    /"a=10.244.1.0\/24" does not go with it$/,
  ],
  ['--invalid with --cidr', { invalid: true, cidr: '10.244.1.0/24' }, /--cidr does not go with it$/],
  ['a selector that cannot be read', { invalid: true, selector: 'a=b=c' }, /^selector "a=b=c"/],
  ['--plan with a node', { planFile: 'x', wishes: ['a'] }, /node "a" does not go with it$/],
  ['--plan with --invalid', { planFile: 'x', invalid: true }, /--invalid does not go with it$/],
  ['--plan with --cidr', { planFile: 'x', cidr: 'x' }, /--cidr does not go with it$/],
  ['--plan with --selector', { planFile: 'x', selector: 'x' }, /--selector does not go with it$/],
  ['--plan with --max-nodes', { planFile: 'x', maxNodes: '1' }, /--max-nodes does not go with it$/],
  ['a plan file that is not there', { planFile: '/no/such/plan' }, /^\/no\/such\/plan does not exist$/],
  ['an empty plan file', { planFile: file('empty', ' \n') }, /empty is empty$/],
  ['a binary plan file', { planFile: file('binary', Buffer.from([0, 255, 254])) }, /binary is binary/],
  [
    'a cut plan file',
    { planFile: file('cut', '{"apiVersion": "kubectl-podcidr/v1", "moves": [') },
    /cut, line 1: the JSON ends in the middle$/,
  ],
  [
    'a plan file that is no plan',
    { planFile: file('other', 'apiVersion: v1\nkind: Node\n') },
    /^.*other is of kind "Node", not a ReassignPlan$/,
  ],
];

for (const [what, args, says] of BAD) {
  test(`${what} is bad input, said in one line with exit 2 before anything is asked of a cluster`, async (t) => {
    const error = await t.throwsAsync(read(args), { instanceOf: Failure, message: says });
    t.is(error?.exitCode, 2);
    t.is(error?.message.split('\n').length, 1);
  });
}

test('names and a selector narrow --invalid; a name may be written as kubectl writes it, and twice', async (t) => {
  t.like(await read({ invalid: true, wishes: ['node/a', 'a', 'b'], maxNodes: '3' }), {
    kind: 'invalid',
    names: ['a', 'b'],
    most: 3,
  });
  const wanted = await read({ invalid: true, selector: 'zone=b' });
  t.true(wanted.kind === 'invalid' && wanted.selector?.({ zone: 'b' }));
});

test('--plan - reads standard input', async (t) => {
  const plan = {
    apiVersion: 'kubectl-podcidr/v1',
    kind: 'ReassignPlan',
    clusterUID: 'c',
    settings: { clusterCIDRs: [], nodeMasks: [], serviceCIDRs: [] },
    moves: [],
    refused: [],
  };
  t.like(await read({ planFile: '-' }, JSON.stringify(plan)), { kind: 'file', reviewed: { clusterUID: 'c' } });
});
