import test from 'ava';
import type { RawObject } from '../../../src/model/json.ts';
import {
  cordonOf,
  cordonPatch,
  keepingUnschedulable,
  SCALE_DOWN_DISABLED,
  uncordonedManagers,
  uncordoning,
} from '../../../src/plan/cordon.ts';

const ANNOTATION = `f:${SCALE_DOWN_DISABLED}`;

function node(unschedulable: boolean, disabled?: string, managedFields: RawObject[] = []): RawObject {
  return {
    metadata: { annotations: disabled === undefined ? {} : { [SCALE_DOWN_DISABLED]: disabled }, managedFields },
    spec: unschedulable ? { unschedulable } : {},
  };
}

const CORDONED = node(true, 'true');

test('cordoning is one patch of what is not so already, and remembers what was there', (t) => {
  t.deepEqual(cordonOf(node(false)), { unschedulable: false, scaleDownDisabled: null });
  t.deepEqual(cordonOf(node(true, 'false')), { scaleDownDisabled: 'false' });
  t.deepEqual(cordonOf(CORDONED), {});
  t.deepEqual(cordonPatch(node(false)), {
    metadata: { annotations: { [SCALE_DOWN_DISABLED]: 'true' } },
    spec: { unschedulable: true },
  });
  t.is(cordonPatch(CORDONED), undefined);
});

test('what is put back is what was changed, and only while it is as it was set', (t) => {
  const cordon = cordonOf(node(false, 'false'));
  t.like(uncordoning(CORDONED, cordon), {
    annotations: { [SCALE_DOWN_DISABLED]: 'false' },
    spec: { unschedulable: null },
    nothing: false,
  });
  t.deepEqual(uncordoning(node(false, 'mine'), cordon), { annotations: {}, spec: {}, nothing: true });
  t.true(uncordoning(CORDONED, cordonOf(CORDONED)).nothing);
  t.true(uncordoning(CORDONED, undefined).nothing);
});

test('the taint that kube-controller-manager puts on a cordoned Node goes with the cordon, and no other does', (t) => {
  const cordon = cordonOf(node(false, 'true'));
  const follows = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  const own = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };
  const others = { ...follows, effect: 'NoExecute' };
  const cordoned = (...taints: object[]) => ({ ...CORDONED, spec: { unschedulable: true, taints } }) as RawObject;
  t.deepEqual(uncordoning(cordoned(own, follows), cordon).spec, { unschedulable: null, taints: [own] });
  t.deepEqual(uncordoning(cordoned(follows, others), cordon).spec, { unschedulable: null, taints: [others] });
  t.deepEqual(uncordoning(cordoned(follows), cordon).spec, { unschedulable: null, taints: null });
  t.deepEqual(uncordoning(cordoned(own), cordon).spec, { unschedulable: null });
  t.deepEqual(uncordoning(cordoned(own, follows), cordonOf(CORDONED)).spec, {});
});

test("managedFields afterwards hold no trace of ours, others' entries are whole again, and what else is ours stays", (t) => {
  const theirs = {
    manager: 'kubectl-annotate',
    operation: 'Update',
    apiVersion: 'v1',
    fieldsV1: { 'f:metadata': { 'f:annotations': { [ANNOTATION]: {}, 'f:note': {} } } },
  };
  const own = { manager: 'us', operation: 'Update', apiVersion: 'v1' };
  const before = [theirs, { ...own, fieldsV1: { 'f:spec': { 'f:podCIDR': {} } } }];
  const cordon = cordonOf(node(false, 'false', before));
  const during = [
    { ...theirs, fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:note': {} } } } },
    {
      ...own,
      fieldsV1: {
        'f:metadata': { 'f:annotations': { '.': {}, [ANNOTATION]: {} } },
        'f:spec': { 'f:podCIDR': {}, 'f:unschedulable': {} },
      },
    },
  ];
  const after = uncordonedManagers(during, cordon, 'us');
  t.deepEqual(after[1], before[1]);
  t.deepEqual(after[0], {
    ...theirs,
    fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:note': {}, [ANNOTATION]: {} } } },
  });
  t.is(after.length, 2);
});

test('an entry of another manager that owned nothing else comes back, ours that owns nothing else goes', (t) => {
  const fieldsV1 = { 'f:spec': { 'f:unschedulable': {} } };
  const theirs = { manager: 'kubectl', operation: 'Apply', apiVersion: 'v1', time: '2026-01-01T00:00:00Z', fieldsV1 };
  const cordon = cordonOf(node(false, 'true', [theirs]));
  const { time: _time, ...untimed } = theirs;
  t.deepEqual(uncordonedManagers([{ manager: 'us', operation: 'Update', fieldsV1 }], cordon, 'us'), [untimed]);
});

test('where the Node stays unschedulable the annotation alone is put back, and who owned it', (t) => {
  const annotated = { 'f:metadata': { 'f:annotations': { [ANNOTATION]: {} } } };
  const theirs = { manager: 'kubectl', operation: 'Apply', apiVersion: 'v1' };
  const fieldsV1 = { ...annotated, 'f:spec': { 'f:unschedulable': {} } };
  const cordon = cordonOf(node(false, 'false', [{ ...theirs, fieldsV1 }]));
  const kept = keepingUnschedulable(cordon);
  t.deepEqual(kept, { scaleDownDisabled: 'false', owners: [{ ...theirs, fieldsV1: annotated }] });
  t.deepEqual(uncordoning(CORDONED, kept).spec, {});
  t.deepEqual(keepingUnschedulable(cordonOf(node(false, 'true'))), {});
});
