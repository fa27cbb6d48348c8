import test from 'ava';
import type { RawObject } from '../../../../src/model/json.ts';
import { readCarePod } from '../../../../src/plan/care/pod.ts';
import { judgeRenewal, type RenewalSight } from '../../../../src/plan/care/renewal.ts';
import { podName } from '../../../../src/plan/drain/pod.ts';

interface Wish {
  addresses?: string[];
  controller?: string | undefined;
  spec?: RawObject;
  annotations?: Record<string, string>;
  phase?: string;
}

function pod(
  name: string,
  { addresses = ['10.244.2.5'], controller = 'DaemonSet', spec, annotations, phase }: Wish = {},
) {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: controller, name: 'x', uid: 'uid-x', controller: true }];
  return readCarePod({
    metadata: {
      namespace: 'a',
      name,
      uid: `uid-${name}`,
      ...(controller === '' ? {} : { ownerReferences }),
      ...(annotations ? { annotations } : {}),
    },
    spec: { ...spec },
    status: { phase: phase ?? 'Running', podIPs: addresses.map((ip) => ({ ip })), podIP: addresses[0] ?? null },
  });
}

const MIRROR = { 'kubernetes.io/config.mirror': 'x' };
const DRIVER = { volumes: [{ name: 'registry', hostPath: { path: '/var/lib/kubelet/plugins_registry/' } }] };

const SIGHT: RenewalSight = {
  to: ['10.244.40.0/24'],
  cut: [],
  force: false,
  deleteEmptydirData: false,
  selected: undefined,
  kubeletFirst: false,
};

function judged(pods: ReturnType<typeof pod>[], some: Partial<RenewalSight> = {}) {
  const { renew, bare, staticPods, drivers } = judgeRenewal(pods, { ...SIGHT, ...some });
  return [renew, bare, staticPods, drivers].map((group) => group.map(podName).join(' '));
}

test('pods with an address outside the new subnets are made anew, if something creates them again', (t) => {
  const pods = [pod('old'), pod('new', { addresses: ['10.244.40.5'] }), pod('waits', { addresses: [] })];
  t.deepEqual(judged(pods), ['a/old', '', '', '']);
  t.deepEqual(judged([pod('bare', { controller: '' })]), ['', 'a/bare', '', '']);
  t.deepEqual(judged([pod('bare', { controller: '' })], { force: true }), ['a/bare', '', '', '']);
  t.deepEqual(judged([pod('static', { annotations: MIRROR })], { force: true }), ['', '', 'a/static', '']);
});

test('pods on the host network and finished ones stay', (t) => {
  t.deepEqual(judged([pod('host', { spec: { hostNetwork: true } }), pod('done', { phase: 'Succeeded' })]), [
    '',
    '',
    '',
    '',
  ]);
});

test('both families count', (t) => {
  const to = ['10.244.40.0/24', 'fd00:1::/64'];
  t.deepEqual(judged([pod('both', { addresses: ['10.244.40.5', 'fd00:1::5'] })], { to }), ['', '', '', '']);
  t.deepEqual(judged([pod('half', { addresses: ['10.244.40.5', 'fd00::5'] })], { to }), ['a/half', '', '', '']);
  t.deepEqual(judged([pod('one', { addresses: ['10.244.40.5'] })], { to }), ['', '', '', ''], 'a family was added');
});

test('what hung on the bridge that was removed is made anew, though its address is right', (t) => {
  const right = pod('right', { addresses: ['10.244.40.5'] });
  t.deepEqual(judged([right], { cut: ['uid-right'] }), ['a/right', '', '', '']);
});

test('drivers are left alone while the kubelet must be restarted first', (t) => {
  const driver = pod('driver', { spec: DRIVER });
  t.deepEqual(judged([driver], { kubeletFirst: true }), ['', '', '', 'a/driver']);
  t.deepEqual(judged([driver]), ['a/driver', '', '', '']);
});

test('what is in an emptyDir is not lost unasked; a DaemonSet makes its pods anew with every rollout', (t) => {
  const volumes = { volumes: [{ name: 'cache', emptyDir: {} }] };
  const scratch = (controller: string, some: Partial<RenewalSight> = {}) => {
    const { renew, scratch, bare } = judgeRenewal([pod('x', { controller, spec: volumes })], { ...SIGHT, ...some });
    return [renew, scratch, bare].map((group) => group.length).join(' ');
  };
  t.is(scratch('ReplicaSet'), '0 1 0');
  t.is(scratch('ReplicaSet', { deleteEmptydirData: true }), '1 0 0');
  t.is(scratch('DaemonSet'), '1 0 0');
  t.is(scratch(''), '0 0 1');
  t.is(scratch('', { force: true }), '0 1 0');
  t.is(scratch('', { force: true, deleteEmptydirData: true }), '1 0 0');
});

test('pods that the selector does not pick are left alone', (t) => {
  const { renew, passedOver } = judgeRenewal([pod('picked'), pod('other')], {
    ...SIGHT,
    selected: new Set(['uid-picked']),
  });
  t.deepEqual([renew.map(podName), passedOver.map(podName)], [['a/picked'], ['a/other']]);
});
