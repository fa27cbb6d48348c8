import test from 'ava';
import { findSurvivors, withFormer } from '../../../src/plan/survivors.ts';
import { readableBlocks } from '../../../src/subnet/parse.ts';

const DATA = 'flannel.alpha.coreos.com/backend-data';
const V6_DATA = 'flannel.alpha.coreos.com/backend-v6-data';
const [cluster] = readableBlocks(['10.244.0.0/16']);
const POOLS = cluster ? [{ cluster, mask: 24 }] : [];

function survivors(from: string[], to: string[], others: Record<string, string[]>) {
  const nodes = Object.entries({ moved: from, ...others }).map(
    ([name, podCIDRs]) => [name, { uid: `uid-${name}`, podCIDRs, annotations: {} }] as const,
  );
  return findSurvivors({ node: 'moved', from, to }, new Map(nodes), POOLS).map(({ node }) => node);
}

test('whoever keeps the same subnet survives, whoever has another one does not care', (t) => {
  const others = { c: ['10.244.1.0/24'], b: ['10.244.1.0/24'], far: ['10.244.2.0/24'], empty: [] };
  t.deepEqual(survivors(['10.244.1.0/24'], ['10.244.9.0/24'], others), ['b', 'c']);
});

test('a larger block that is given up frees every bit in it', (t) => {
  const others = { in: ['10.244.1.0/24'], out: ['10.245.1.0/24'] };
  t.deepEqual(survivors(['10.244.0.0/16'], ['10.244.9.0/24'], others), ['in']);
});

test('a smaller block frees the whole bit that it lies in', (t) => {
  const others = { beside: ['10.244.1.128/25'], far: ['10.244.2.0/25'] };
  t.deepEqual(survivors(['10.244.1.0/25'], ['10.244.9.0/24'], others), ['beside']);
});

test('a subnet that the node keeps is taken again when it comes back', (t) => {
  t.deepEqual(survivors(['10.244.1.0/24'], ['10.244.1.0/24', 'fd00::/64'], { b: ['10.244.1.0/24'] }), []);
});

test("flannel's annotations are rewritten, those of both families, where there are any, else our own is set", (t) => {
  const podCIDRs = ['10.244.1.0/24'];
  const nodes = new Map([
    ['both', { uid: '0', podCIDRs, annotations: { other: 'x', [V6_DATA]: 'null', [DATA]: '{"VNI":1}' } }],
    ['flannel', { uid: '1', podCIDRs, annotations: { [DATA]: 'null' } }],
    ['other', { uid: '2', podCIDRs, annotations: {} }],
  ]);
  t.deepEqual(findSurvivors({ node: 'moved', from: podCIDRs, to: [] }, nodes, POOLS), [
    { node: 'both', uid: '0', annotations: { [DATA]: '{"VNI":1}', [V6_DATA]: 'null' } },
    { node: 'flannel', uid: '1', annotations: { [DATA]: 'null' } },
    { node: 'other', uid: '2', annotations: { 'kubectl-podcidr/announced': null } },
  ]);
});

test('a second swap of the same move keeps what stood there before the first', (t) => {
  const survivor = (node: string, value: string) => ({ node, uid: `uid-${node}`, annotations: { [DATA]: value } });
  const former = [survivor('a', 'null')];
  t.deepEqual(withFormer(former, [survivor('a', ' null'), survivor('b', 'null')]), [...former, survivor('b', 'null')]);
});
