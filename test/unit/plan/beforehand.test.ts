import test from 'ava';
import type { MovePlan } from '../../../src/model/plan.ts';
import type { Surroundings } from '../../../src/model/surroundings.ts';
import type { SurveyNode } from '../../../src/model/survey.ts';
import { beforehand } from '../../../src/plan/beforehand.ts';
import { planReassign } from '../../../src/plan/reassign.ts';
import type { Judgement } from '../../../src/plan/refusals/refusals.ts';
import { known } from '../facts.ts';
import { node, survey } from './support.ts';

const FLANNEL = { annotations: { 'flannel.alpha.coreos.com/backend-type': 'vxlan' } };
const UNREAD = { known: false, reason: 'forbidden' } as const;

const AROUND: Surroundings = {
  cnis: known([]),
  watchers: known([]),
  hooks: known([]),
  detaching: known([]),
  proxyByNodeCIDR: false,
  allocator: known('RangeAllocator'),
  allocates: known(true),
};

function notes(nodes: SurveyNode[], surroundings: Partial<Surroundings> = {}, more: Partial<Judgement> = {}): string[] {
  const given = survey(nodes);
  const judgement = { machinePaused: false, surroundings: { ...AROUND, ...surroundings }, ...more };
  const plan: MovePlan = planReassign(
    given,
    nodes.filter(({ name }) => name !== 'other').map(({ name }) => ({ node: name, blocks: undefined })),
    { machinePaused: false, offlineNode: true },
  );
  return beforehand(plan, given, judgement);
}

const A = node('a', ['10.244.1.0/24'], FLANNEL);
const OTHER = node('other', ['10.244.2.0/24']);

test('where all is known and in order nothing is said, and nothing where nothing was looked at', (t) => {
  t.deepEqual(notes([A, OTHER]), []);
  t.deepEqual(
    beforehand({ ...planReassign(survey([A]), [], { machinePaused: false }) }, survey([A]), { machinePaused: false }),
    [],
  );
});

test('a CNI that is not known, or that may or may not follow, is named with the nodes that move', (t) => {
  const bare = [node('x', ['10.244.1.0/24']), node('y', ['10.244.3.0/24']), OTHER];
  t.deepEqual(notes(bare), [
    'no CNI that this program knows was seen on x, y: whether pods get their addresses out of spec.podCIDR is not known',
  ]);
  t.deepEqual(notes(bare, { cnis: UNREAD }), [
    'no CNI that this program knows was seen on x, y: whether pods get their addresses out of spec.podCIDR is not known; forbidden',
  ]);
  t.deepEqual(notes(bare, { cnis: known([{ name: 'weave', follows: 'unknown', source: 'DaemonSet w' }]) }), [
    'weave on x, y may or may not give pods their addresses out of spec.podCIDR: its configuration does not tell',
  ]);
});

test('what cannot be read is said, of a Node that is created again more than of one that is patched', (t) => {
  const unread = { allocator: UNREAD, watchers: UNREAD, hooks: UNREAD, detaching: UNREAD };
  const allocation = 'who hands out subnets in this cluster is not known: forbidden';
  t.deepEqual(notes([A], unread), [
    allocation,
    'not checked: who acts on the deletion of a Node (forbidden)',
    'not checked: webhooks and admission policies (forbidden)',
    'not checked: volumes that are being detached (forbidden)',
  ]);
  t.deepEqual(notes([node('a', [], FLANNEL)], unread), [allocation]);
});

test('a kube-proxy that goes by the subnet is named where a subnet changes', (t) => {
  t.deepEqual(notes([A], { proxyByNodeCIDR: true }), [
    "kube-proxy knows local pods by their node's subnet (detectLocalMode NodeCIDR): from 1.24.17 on it starts again by itself",
  ]);
  t.deepEqual(notes([OTHER], { proxyByNodeCIDR: true }), []);
});

test('a kubelet that does not report is named where its Node is created again', (t) => {
  const offline = { ...A, ready: 'Unknown' as const };
  t.deepEqual(notes([offline, { ...OTHER, ready: 'Unknown' }]), [
    'the kubelet of a does not report: only the API is changed, nothing on the machine is seen',
  ]);
  t.deepEqual(notes([node('a', [], { ...FLANNEL, ready: 'Unknown' }), A].slice(0, 1)), []);
});

test('a webhook is told with what it sees and where it runs', (t) => {
  const hook = (backend: object) => ({
    configuration: 'ValidatingWebhookConfiguration/p',
    name: 'p.example.com',
    operations: ['CREATE', 'DELETE'],
    failurePolicy: 'Fail',
    backend,
  });
  const service = (pods: object) => hook({ kind: 'service', service: 'ns/p', pods });
  const sees =
    'p.example.com (ValidatingWebhookConfiguration/p, failurePolicy Fail) is asked about CREATE and DELETE of Nodes';
  const told = (one: object) => notes([A], { hooks: known([one]) as Surroundings['hooks'] });
  t.deepEqual(told(hook({ kind: 'server' })), [`policy ${sees}`]);
  t.deepEqual(told(hook({ kind: 'url', url: 'https://p' })), [`webhook ${sees}; it runs at https://p`]);
  t.deepEqual(told(service(UNREAD)), [`webhook ${sees}; where Service ns/p runs is not known: forbidden`]);
  t.deepEqual(told(service(known([{ node: 'b', alive: false }]))), [
    `webhook ${sees}; Service ns/p has no pod that is ready`,
  ]);
  const pods = [
    { node: 'c', alive: true },
    { node: undefined, alive: true },
    { node: 'b', alive: true },
  ];
  t.deepEqual(told(service(known(pods))), [`webhook ${sees}; Service ns/p runs on b, c, elsewhere`]);
});

test('a controller that acts on the deletion is told where the operator goes on all the same', (t) => {
  const watchers = known([
    { name: 'nfd-gc' as const, source: 'Deployment nfd/nfd-gc' },
    { name: 'portworx' as const, source: 'DaemonSet px' },
  ]);
  t.deepEqual(notes([A], { watchers }, { ignored: ['portworx'] }), [
    'portworx (DaemonSet px) may take the node out of the storage cluster when a Node is gone for a moment; ignored, as asked',
  ]);
  t.deepEqual(notes([A], { watchers }), []);
});
