import test from 'ava';
import type { RawObject } from '../../../src/model/json.ts';
import { asObject } from '../../../src/model/read-json.ts';
import { postBody, withHeartbeat } from '../../../src/plan/body.ts';
import { differences } from '../../../src/plan/compare.ts';

const RAW: RawObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'a',
    uid: 'u',
    resourceVersion: '9',
    creationTimestamp: '2026-01-01T00:00:00Z',
    generation: 3,
    managedFields: [{ manager: 'kubelet' }],
    labels: { zone: 'x' },
    annotations: {
      plain: 'kept',
      'kube-router.io/pod-cidr': '10.244.1.0/24',
      'kube-router.io/pod-cidrs': '10.244.1.0/24',
      'network.cilium.io/ipv4-pod-cidr': '10.244.1.0/24',
      'projectcalico.org/IPv4IPIPTunnelAddr': '10.244.1.1',
      'projectcalico.org/IPv4VXLANTunnelAddr': '192.168.3.1',
      'projectcalico.org/IPv4Address': '172.16.0.5/24',
      'kubectl.kubernetes.io/last-applied-configuration':
        '{"apiVersion":"v1","kind":"Node","metadata":{"name":"a"},"spec":{"podCIDR":"10.244.1.0/24","podCIDRs":["10.244.1.0/24"]}}\n',
    },
  },
  spec: {
    podCIDR: '10.244.1.0/24',
    podCIDRs: ['10.244.1.0/24'],
    providerID: 'x://1',
    newerField: { kept: true },
    taints: [
      { key: 'dedicated', effect: 'NoSchedule' },
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
    ],
  },
  status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: 'old' }], newerStatus: [1] },
};

const BODY = postBody(RAW, { from: ['10.244.1.0/24'], to: ['10.244.9.0/24'], operation: 'op-1' });

test('the body carries every field of the Node, also those of newer servers', (t) => {
  t.like(BODY, { metadata: { labels: { zone: 'x' } }, spec: { providerID: 'x://1', newerField: { kept: true } } });
  t.deepEqual(BODY.status, RAW.status);
});

test('the body has no resourceVersion: a server answers that with 500 after the DELETE has succeeded', (t) => {
  for (const field of ['resourceVersion', 'uid', 'creationTimestamp', 'generation', 'managedFields']) {
    t.false(field in asObject(BODY.metadata), field);
  }
});

test('podCIDR equals podCIDRs[0], or the second family would be dropped silently', (t) => {
  t.like(BODY.spec, { podCIDR: '10.244.9.0/24', podCIDRs: ['10.244.9.0/24'] });
});

test('annotations derived from the subnet do not bring the old one back, all others stay', (t) => {
  t.deepEqual(asObject(BODY.metadata).annotations, {
    plain: 'kept',
    'kube-router.io/pod-cidr': '10.244.9.0/24',
    'kube-router.io/pod-cidrs': '10.244.9.0/24',
    'projectcalico.org/IPv4VXLANTunnelAddr': '192.168.3.1',
    'projectcalico.org/IPv4Address': '172.16.0.5/24',
    'kubectl.kubernetes.io/last-applied-configuration':
      '{"apiVersion":"v1","kind":"Node","metadata":{"name":"a"},"spec":{"podCIDR":"10.244.9.0/24","podCIDRs":["10.244.9.0/24"]}}\n',
    'kubectl-podcidr/operation': 'op-1',
  });
});

test('the not-ready taint of the old Node is not carried along, other taints are', (t) => {
  t.deepEqual(asObject(BODY.spec).taints, [{ key: 'dedicated', effect: 'NoSchedule' }]);
});

test('a late POST renews the heartbeat of Ready alone', (t) => {
  t.deepEqual(asObject(withHeartbeat(BODY, 'now').status).conditions, [
    { type: 'Ready', status: 'True', lastHeartbeatTime: 'now' },
  ]);
});

test('a field that the server changed on the way is told, heartbeats and uids are not', (t) => {
  const stored = structuredClone(BODY);
  Object.assign(asObject(stored.metadata), { uid: 'v', resourceVersion: '10', creationTimestamp: 'now' });
  Object.assign(asObject(stored.spec), {
    taints: [
      ...(asObject(BODY.spec).taints as object[]),
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
    ],
  });
  t.deepEqual(differences(BODY, stored), []);
  asObject(asObject(stored.metadata).labels).zone = 'y';
  t.deepEqual(differences(BODY, stored), ['metadata.labels.zone']);
});
