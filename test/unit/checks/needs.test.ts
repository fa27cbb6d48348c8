import { readFileSync } from 'node:fs';
import test from 'ava';
import { loadAll } from 'js-yaml';
import { CLUSTER_CODES, type ClusterCode } from '../../../src/checks/catalogue.ts';
import { needsOf } from '../../../src/checks/needs.ts';
import { runChecks } from '../../../src/checks/run.ts';
import type { RawObject } from '../../../src/model/json.ts';
import { COLLECTIONS } from '../../../src/survey/collections.ts';
import { newestTime } from '../../../src/survey/newest-time.ts';
import { surveyDump } from '../../../src/survey/survey-dump.ts';

function objectsOf(code: ClusterCode): RawObject[] {
  const text = readFileSync(new URL(`../../fixtures/checks/${code}/raises.yaml`, import.meta.url), 'utf8');
  return (loadAll(text) as RawObject[]).flatMap((one) =>
    Array.isArray(one.items) ? (one.items as RawObject[]) : [one],
  );
}

const found = (code: ClusterCode, objects: RawObject[]) =>
  runChecks(surveyDump([{ file: 'x.json', text: JSON.stringify(objects) }], {}), { codes: [code] }).findings;

const bornAt = (time: number): RawObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'newest', creationTimestamp: new Date(time).toISOString() },
});

for (const code of CLUSTER_CODES) {
  test(`${code} is told by what is read for it, and nothing else`, (t) => {
    const all = objectsOf(code);
    // `validate` asks for the pods of single nodes then.
    const pods = code === 'SubnetNearlyFull' ? (['pods'] as const) : [];
    const read = ['controllerManagers', 'journal', ...pods, ...needsOf([code])] as const;
    const some = all.filter(
      (object) =>
        ['Node', 'Namespace', 'ClusterDump'].includes(String(object.kind)) ||
        read.some((one) => COLLECTIONS[one].holds(object)),
    );
    // A dump's newest time is its now: here it is the same with fewer objects.
    some.push(bornAt(newestTime(all)));
    const told = (objects: RawObject[]) =>
      found(code, objects).map(({ nodes, subject, message }) => ({ nodes, subject, message }));
    t.deepEqual(told(some), told(all));
    t.true(found(code, some).length > 0);
  });
}

test('what several codes need is read once', (t) => {
  t.deepEqual(needsOf(['PodStray', 'PodAddressDuplicate']), [
    'daemonSets',
    'cniConfigs',
    'kubeadmConfig',
    'serviceCIDRs',
    'pods',
  ]);
});
