import test from 'ava';
import type { Care } from '../../../../src/model/care.ts';
import type { OperationRecord } from '../../../../src/model/operation.ts';
import { coversAll, routedMoves } from '../../../../src/plan/care/routed-moves.ts';
import type { WantedRoute } from '../../../../src/plan/care/routes.ts';
import { readableBlocks } from '../../../../src/subnet/parse.ts';

function record(node: string, cni: string | undefined, some: Partial<OperationRecord> & { blocked?: true } = {}) {
  const { blocked, ...more } = some;
  const agents = cni === undefined ? [] : [{ cni, namespace: 'a', daemonSet: 'd', name: 'p', uid: 'u' }];
  const care: Care = { agents, left: [], ...(blocked ? { blocked } : {}) };
  const made: OperationRecord = {
    schema: 1,
    tool: 'kubectl-podcidr/test',
    clusterUID: 'c',
    operation: 'o',
    node,
    uid: 'u',
    method: 'recreate',
    wished: false,
    from: ['10.244.2.0/24'],
    to: ['10.244.40.0/24'],
    attempt: 1,
    raw: {},
    body: {},
    resourceVersion: '1',
    dependents: [],
    survivors: [],
    care,
    step: 'finished',
    at: '2026-01-01T00:00:00Z',
    ...more,
  };
  return made;
}

/** Routes behind which these nodes are. */
function routes(...nodes: string[]): WantedRoute[] {
  const [block] = readableBlocks(['10.244.40.0/24']);
  if (!block) throw new Error('no block');
  return nodes.map((node) => ({ block, holders: [{ node, blocks: [block], addresses: [], macs: [] }] }));
}

test('who was moved and left out is not said to be found by the others', (t) => {
  const n1 = record('n1', 'flannel');
  t.true(coversAll([n1], routes('n1')));
  t.false(coversAll([n1, record('n2', 'flannel', { blocked: true })], routes('n1')), 'its CNI does not work');
  t.false(coversAll([n1, record('n2', 'flannel')], routes('n1')), 'its backend gives nobody a route');
  t.false(coversAll([n1, record('n2', 'antrea')], routes('n1')), 'its CNI gives nobody a route');
  t.false(coversAll([n1, record('n2', undefined)], routes('n1')), 'no CNI was seen there');
  t.true(coversAll([n1, record('n2', 'flannel')], routes('n1', 'n2')));
});

test('who keeps its subnet, or has its former one again, need not be found anew', (t) => {
  const n1 = record('n1', 'flannel');
  const others = [
    record('n2', 'flannel', { step: 'undone', blocked: true }),
    record('n3', 'flannel', { to: ['10.244.2.0/24'] }),
  ];
  t.true(coversAll([n1, ...others], routes('n1')));
  t.deepEqual(routedMoves([...others, n1]), [n1]);
});
