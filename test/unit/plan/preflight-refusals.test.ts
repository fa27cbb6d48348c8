import test from 'ava';
import type { AdmissionHook, ServingPod } from '../../../src/model/admission.ts';
import type { Reading } from '../../../src/model/reading.ts';
import type { Surroundings } from '../../../src/model/surroundings.ts';
import type { SurveyNode } from '../../../src/model/survey.ts';
import { beforehand } from '../../../src/plan/beforehand.ts';
import { planReassign } from '../../../src/plan/reassign.ts';
import { type Judgement, patchRefusal, refusal } from '../../../src/plan/refusals/refusals.ts';
import { readWishes } from '../../../src/plan/wish/wish.ts';
import { node, survey } from './support.ts';

const known = <T>(value: T): Reading<T> => ({ known: true, value, source: 'test' });
const UNKNOWN = { known: false, reason: 'forbidden' } as const;

const QUIET: Surroundings = {
  proxyByNodeCIDR: false,
  cnis: known([]),
  watchers: known([]),
  hooks: known([]),
  detaching: known([]),
  allocator: known('RangeAllocator'),
  allocates: known(true),
};

const SUBNETS = ['10.244.1.0/24'];

function judged(
  rest: Partial<SurveyNode>,
  surroundings: Partial<Surroundings> = {},
  attested: Partial<Judgement> = {},
): string | undefined {
  const judgement = { machinePaused: false, ...attested, surroundings: { ...QUIET, ...surroundings } };
  return refusal(node('a', SUBNETS, rest), judgement);
}

const withSpec = (spec: object, podCIDRs = SUBNETS) => ({
  raw: { metadata: { name: 'a' }, spec: { ...spec, podCIDRs } } as SurveyNode['raw'],
});

test('a plain node in quiet surroundings is not refused', (t) => {
  t.is(judged({}), undefined);
  t.is(judged({ ready: 'False' }), undefined);
  t.is(judged({ ready: undefined }), undefined);
});

test('a Windows node is refused by its label or by what its kubelet reports', (t) => {
  t.regex(judged({ labels: { 'kubernetes.io/os': 'windows' } }) ?? '', /runs Windows/);
  const raw = { status: { nodeInfo: { operatingSystem: 'windows' } } };
  t.regex(judged({ raw }) ?? '', /runs Windows/);
  t.is(judged({ labels: { 'kubernetes.io/os': 'linux' } }), undefined);
});

test('Ready=Unknown is refused until the operator wants the API part alone', (t) => {
  t.regex(judged({ ready: 'Unknown' }) ?? '', /--offline-node/);
  t.is(judged({ ready: 'Unknown' }, {}, { offlineNode: true }), undefined);
});

test('a volume that is being detached refuses its own node alone', (t) => {
  const detaching = known([
    { node: 'a', name: 'one' },
    { node: 'a', name: 'two' },
    { node: 'b', name: 'three' },
  ]);
  t.regex(judged({}, { detaching }) ?? '', /VolumeAttachment one and 1 more has a deletionTimestamp/);
  t.is(judged({}, { detaching: known([{ node: 'b', name: 'three' }]) }), undefined);
});

for (const [label, cluster] of [
  ['eks.amazonaws.com/nodegroup', 'Amazon EKS'],
  ['cloud.google.com/gke-nodepool', 'Google GKE'],
  ['kubernetes.azure.com/cluster', 'Azure AKS'],
] as const) {
  test(`a node of ${cluster} is refused by its label, with and without a subnet`, (t) => {
    t.regex(judged({ labels: { [label]: 'x' } }) ?? '', new RegExp(`${cluster} \\(label ${label}\\)`));
    const empty = node('a', [], { labels: { [label]: 'x' } });
    t.regex(patchRefusal(empty, { machinePaused: false, surroundings: QUIET }) ?? '', new RegExp(cluster));
  });
}

test('a providerID alone refuses nothing; where kube-controller-manager does not allocate, the cloud does', (t) => {
  const gce = withSpec({ providerID: 'gce://project/zone/a' });
  const off = known(false);
  t.is(judged(gce), undefined);
  t.is(judged(gce, { allocates: UNKNOWN }), undefined);
  t.regex(
    judged(gce, { allocates: off }) ?? '',
    /Google Cloud hands out its subnet \(providerID gce:.*change it there/,
  );
  const flannel = { 'flannel.alpha.coreos.com/backend-type': 'vxlan' };
  t.is(judged({ ...gce, annotations: flannel }, { allocates: off }), undefined, 'flannel takes what the Node says');
  t.is(judged(withSpec({ providerID: 'openstack:///a' }), { allocates: off }), undefined);
  const empty = node('a', [], withSpec({ providerID: 'aws:///z/i-1' }, []));
  t.is(patchRefusal(empty, { machinePaused: false, surroundings: { ...QUIET, allocates: off } }), undefined);
});

test('another allocator than RangeAllocator is refused, unless it does not allocate at all', (t) => {
  const allocator = known('CloudAllocator');
  t.regex(judged({}, { allocator }) ?? '', /CloudAllocator hands out the subnets/);
  t.is(judged({}, { allocator, allocates: known(false) }), undefined);
  t.is(judged({}, { allocator: UNKNOWN }), undefined);
});

test('a CNI that ignores spec.podCIDR is refused; of several, one that follows it or cannot be judged goes on', (t) => {
  const cni = (name: string, follows: 'yes' | 'no' | 'unknown') => ({ name, follows, source: `DaemonSet x/${name}` });
  const cnis = (...list: ReturnType<typeof cni>[]) => ({ cnis: known(list) });
  t.regex(judged({}, cnis(cni('weave', 'no'))) ?? '', /weave gives its pods .* \(DaemonSet x\/weave\)/);
  t.is(judged({}, cnis(cni('canal', 'yes'), cni('weave', 'no'))), undefined);
  t.is(judged({}, cnis(cni('calico', 'unknown'), cni('weave', 'no'))), undefined);
  t.is(judged({}, { cnis: UNKNOWN }), undefined);
  const flannel = { annotations: { 'flannel.alpha.coreos.com/backend-type': 'vxlan' } };
  t.is(judged(flannel, cnis(cni('weave', 'no'))), undefined, 'what the node shows decides');
  const calico = { annotations: { 'projectcalico.org/IPv4Address': '192.0.2.1/24' } };
  t.regex(judged(calico, cnis(cni('calico', 'no'))) ?? '', /^calico gives its pods/);
  t.is(judged(calico, cnis(cni('calico', 'yes'))), undefined);
  t.regex(
    judged({ annotations: { 'k8s.ovn.org/node-subnets': '{}' } }) ?? '',
    /ovn-kubernetes .*annotations of its Node/,
  );
});

test('a controller that acts on the deletion refuses until it is ignored, each by its own name', (t) => {
  const watchers = known([
    { name: 'nfd-gc' as const, source: 'Deployment nfd/nfd-gc' },
    { name: 'portworx' as const, source: 'DaemonSet kube-system/portworx' },
  ]);
  t.regex(judged({}, { watchers }) ?? '', /nfd-gc \(Deployment nfd\/nfd-gc\) .*--ignore=nfd-gc,portworx$/);
  t.regex(judged({}, { watchers }, { ignored: ['nfd-gc'] }) ?? '', /--ignore=portworx$/);
  t.is(judged({}, { watchers }, { ignored: ['nfd-gc', 'portworx'] }), undefined);
  t.is(patchRefusal(node('a', []), { machinePaused: false, surroundings: { ...QUIET, watchers } }), undefined);
});

const hook = (pods: Reading<ServingPod[]>, failurePolicy: AdmissionHook['failurePolicy'] = 'Fail'): AdmissionHook => ({
  configuration: 'ValidatingWebhookConfiguration/guard',
  name: 'guard.example.com',
  operations: ['DELETE'],
  failurePolicy,
  backend: { kind: 'service', service: 'x/guard', pods },
});

test('a webhook that must agree refuses when nobody but this node could answer', (t) => {
  const hooks = (pods: ServingPod[]) => ({ hooks: known([hook(known(pods))]) });
  t.regex(judged({}, hooks([])) ?? '', /must agree to DELETE of Nodes, and no pod answers for it/);
  t.regex(judged({}, hooks([{ node: 'b', alive: false }])) ?? '', /no pod answers/);
  t.regex(
    judged(
      {},
      hooks([
        { node: 'a', alive: true },
        { node: 'b', alive: false },
      ]),
    ) ?? '',
    /are on this node/,
  );
  t.is(
    judged(
      {},
      hooks([
        { node: 'a', alive: true },
        { node: 'b', alive: true },
      ]),
    ),
    undefined,
  );
  t.is(judged({}, hooks([{ node: undefined, alive: true }])), undefined, 'it runs outside of the cluster');
});

test('a webhook that may fail, whose pods are not known, or that has an address of its own is only named', (t) => {
  t.is(judged({}, { hooks: known([hook(known([]), 'Ignore')]) }), undefined);
  t.is(judged({}, { hooks: known([hook(UNKNOWN)]) }), undefined);
  t.is(judged({}, { hooks: known([{ ...hook(UNKNOWN), backend: { kind: 'url', url: 'https://x' } }]) }), undefined);
  t.is(judged({}, { hooks: known([{ ...hook(UNKNOWN), backend: { kind: 'server' } }]) }), undefined);
});

function notes(nodes: SurveyNode[], surroundings: Partial<Surroundings>, attested: Partial<Judgement> = {}): string[] {
  const judgement = { machinePaused: false, ...attested, surroundings: { ...QUIET, ...surroundings } };
  const given = survey(nodes);
  const plan = planReassign(given, readWishes(['a'], undefined), judgement);
  return beforehand(plan, given, judgement);
}

test('the plan names what was seen and what could not be seen', (t) => {
  const flannel = { annotations: { 'flannel.alpha.coreos.com/backend-type': 'vxlan' } };
  t.deepEqual(notes([node('a', SUBNETS, flannel)], {}), [], 'nothing to say of a plain flannel node');
  const [cni = ''] = notes([node('a', SUBNETS)], {});
  t.regex(cni, /no CNI that this program knows was seen on a/);
  const hooks = known([
    hook(
      known([
        { node: 'b', alive: true },
        { node: 'c', alive: false },
      ]),
    ),
  ]);
  t.deepEqual(notes([node('a', SUBNETS, flannel)], { hooks }), [
    'webhook guard.example.com (ValidatingWebhookConfiguration/guard, failurePolicy Fail) is asked about DELETE of Nodes; Service x/guard runs on b',
  ]);
  const unread = notes([node('a', SUBNETS, flannel)], { hooks: UNKNOWN, watchers: UNKNOWN, detaching: UNKNOWN });
  t.is(unread.filter((line) => line.startsWith('not checked: ') && line.endsWith('(forbidden)')).length, 3);
  const offline = notes([node('a', SUBNETS, { ...flannel, ready: 'Unknown' })], {}, { offlineNode: true });
  t.regex(offline.join(), /kubelet of a does not report: only the API is changed/);
});

test('a Node without a subnet is only patched: of webhooks and watchers nothing is said', (t) => {
  const flannel = { annotations: { 'flannel.alpha.coreos.com/backend-type': 'vxlan' } };
  t.deepEqual(notes([node('a', [], flannel)], { hooks: UNKNOWN, watchers: UNKNOWN, detaching: UNKNOWN }), []);
});
