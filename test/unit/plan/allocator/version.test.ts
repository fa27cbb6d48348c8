import test from 'ava';
import { heedsUpdates, imageTag } from '../../../../src/plan/allocator/version.ts';

for (const [image, tag] of [
  ['registry.k8s.io/kube-controller-manager:v1.24.17', 'v1.24.17'],
  ['registry:5000/kube-controller-manager', undefined],
  ['registry:5000/kcm:v1.31.4@sha256:0123', 'v1.31.4'],
  ['kcm@sha256:0123', undefined],
] as const) {
  test(`the tag of ${image} is ${tag}`, (t) => t.is(imageTag(image), tag));
}

const NEW = [
  'v1.31.4',
  'v1.31.14',
  'v1.32.0',
  'v1.36.3',
  '1.33.0-alpha.1',
  'v1.31.4-rancher1',
  'v1.31.4+k3s1',
  'v2.0.0',
];
const OLD = [
  'v1.20.2',
  'v1.24.17',
  'v1.30.14',
  'v1.31.3',
  'v1.31.4-rc.0',
  'v1.32.0-beta.0',
  'v1.31.3_vmware.1',
  'latest',
];

for (const version of NEW) test(`${version} heeds the update of a survivor`, (t) => t.true(heedsUpdates(version)));
for (const version of [...OLD, undefined]) {
  test(`${version} must be restarted`, (t) => t.false(heedsUpdates(version)));
}
