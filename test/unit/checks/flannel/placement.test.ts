import test from 'ava';
import { runsOn } from '../../../../src/checks/flannel/placement.ts';
import type { NodeRequirement, Placement } from '../../../../src/model/cluster-facts.ts';
import { node } from '../../plan/support.ts';

const PLACE: Placement = {
  source: 'DaemonSet x/y',
  etcdEndpoints: undefined,
  nodeSelector: {},
  terms: undefined,
  tolerations: [],
};

const LABELS = { zone: 'z1', generation: '7' };

const there = (more: Partial<Placement>, labels: Record<string, string> = LABELS) =>
  runsOn({ ...PLACE, ...more }, node('n1', [], { labels }));

test('a selector asks for each of its labels', (t) => {
  t.true(there({}));
  t.true(there({ nodeSelector: { zone: 'z1' } }));
  t.false(there({ nodeSelector: { zone: 'z1', generation: '8' } }));
  t.false(there({ nodeSelector: { other: '' } }));
});

const asks = (operator: string, key: string, ...values: string[]): NodeRequirement => ({ operator, key, values });
const wants = (...labels: NodeRequirement[]) => there({ terms: [{ labels, names: [] }] });

test('required affinity is asked as the scheduler asks it, operator by operator', (t) => {
  t.deepEqual(
    [
      wants(asks('In', 'zone', 'z0', 'z1')),
      wants(asks('In', 'zone', 'z0')),
      wants(asks('In', 'none', 'z1')),
      wants(asks('NotIn', 'zone', 'z0')),
      wants(asks('NotIn', 'zone', 'z1')),
      wants(asks('NotIn', 'none', 'z1')),
      wants(asks('Exists', 'zone')),
      wants(asks('Exists', 'none')),
      wants(asks('DoesNotExist', 'none')),
      wants(asks('DoesNotExist', 'zone')),
      wants(asks('Gt', 'generation', '6')),
      wants(asks('Gt', 'generation', '7')),
      wants(asks('Lt', 'generation', '8')),
      wants(asks('Lt', 'generation', '7')),
      wants(asks('Lt', 'none', '7')),
      wants(asks('Like', 'zone', 'z1')),
    ],
    [true, false, false, true, false, true, true, false, true, false, true, false, true, false, false, false],
  );
});

test('of several terms one is enough, of its requirements all must hold, and an empty term matches nothing', (t) => {
  const right = { labels: [asks('Exists', 'zone')], names: [] };
  const wrong = { labels: [asks('Exists', 'zone'), asks('Exists', 'none')], names: [] };
  t.true(there({ terms: [wrong, right] }));
  t.false(there({ terms: [wrong] }));
  t.false(there({ terms: [] }));
  t.false(there({ terms: [{ labels: [], names: [] }] }));
});

test('by field the name alone is known', (t) => {
  const named = (key: string, name: string) => there({ terms: [{ labels: [], names: [asks('In', key, name)] }] });
  t.true(named('metadata.name', 'n1'));
  t.false(named('metadata.name', 'n2'));
  t.false(named('metadata.uid', 'n1'));
});

test('a taint keeps pods away unless it is tolerated, or is the node’s own condition', (t) => {
  const tainted = (effect: string, key: string, ...tolerations: Placement['tolerations']) =>
    runsOn({ ...PLACE, tolerations }, node('n1', [], { taints: [{ key, value: 'gpu', effect }] }));
  const tolerates = (key: string, operator: string, value = '', effect = '') => ({ key, operator, value, effect });
  t.false(tainted('NoSchedule', 'kind'));
  t.true(tainted('PreferNoSchedule', 'kind'));
  t.true(tainted('NoSchedule', 'node.kubernetes.io/not-ready'));
  t.true(tainted('NoSchedule', 'kind', tolerates('', 'Exists')));
  t.false(tainted('NoSchedule', 'kind', tolerates('', 'Equal', 'gpu')));
  t.true(tainted('NoSchedule', 'kind', tolerates('kind', 'Exists')));
  t.false(tainted('NoSchedule', 'kind', tolerates('other', 'Exists')));
  t.true(tainted('NoSchedule', 'kind', tolerates('kind', 'Equal', 'gpu')));
  t.false(tainted('NoSchedule', 'kind', tolerates('kind', 'Equal', 'cpu')));
  t.true(tainted('NoSchedule', 'kind', tolerates('kind', 'Equal', 'gpu', 'NoSchedule')));
  t.false(tainted('NoExecute', 'kind', tolerates('kind', 'Exists', '', 'NoSchedule')));
});
