import test from 'ava';
import { installedCNIs } from '../../../src/cni/installed.ts';
import type { RawObject } from '../../../src/model/json.ts';
import { boundPolicies } from '../../../src/survey/admission/policies.ts';
import { nodeOperations } from '../../../src/survey/admission/rules.ts';
import { watchersByGroup, watchersByWorkload } from '../../../src/survey/deletion-watchers.ts';

const NODES = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'DELETE'], resources: ['nodes'] };

for (const [what, rule, operations] of [
  ['nodes', {}, ['CREATE', 'DELETE']],
  ['one operation', { operations: ['DELETE'] }, ['DELETE']],
  ['any operation', { operations: ['*'] }, ['CREATE', 'DELETE']],
  ['any group', { apiGroups: ['*'] }, ['CREATE', 'DELETE']],
  ['any resource', { resources: ['*'] }, ['CREATE', 'DELETE']],
  ['any resource and subresource', { resources: ['*/*'] }, ['CREATE', 'DELETE']],
  ['nodes with all subresources', { resources: ['nodes/*'] }, ['CREATE', 'DELETE']],
  ['cluster scope', { scope: 'Cluster' }, ['CREATE', 'DELETE']],
  ['any scope', { scope: '*' }, ['CREATE', 'DELETE']],
  ['namespaced objects only', { scope: 'Namespaced' }, []],
  ['updates only', { operations: ['UPDATE', 'CONNECT'] }, []],
  ['the status of nodes', { resources: ['nodes/status'] }, []],
  ['the status of anything', { resources: ['*/status'] }, []],
  ['nodes of another group', { apiGroups: ['metrics.k8s.io'] }, []],
  ['another version', { apiVersions: ['v2'] }, []],
] as const) {
  test(`rules that match ${what} see ${operations.join(' and ') || 'nothing'} of a Node`, (t) => {
    const matched = nodeOperations([{ ...structuredClone(NODES), ...structuredClone(rule) } as RawObject]);
    t.deepEqual(matched, [...operations]);
  });
}

test('operations of several rules are put together', (t) => {
  t.deepEqual(
    nodeOperations([
      { ...NODES, operations: ['DELETE'] },
      { ...NODES, operations: ['CREATE'] },
    ]),
    ['CREATE', 'DELETE'],
  );
  t.deepEqual(nodeOperations([]), []);
});

test('a policy counts when it is bound and sees nodes', (t) => {
  const policy = (name: string, rule: RawObject) => ({
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: { matchConstraints: { resourceRules: [rule] } },
  });
  const bindings = [{ spec: { policyName: 'a' } }, { spec: { policyName: 'pods' } }];
  const hooks = boundPolicies(
    [policy('a', NODES), policy('unbound', NODES), policy('pods', { ...NODES, resources: ['pods'] })],
    bindings,
  );
  t.deepEqual(
    hooks.map(({ configuration, failurePolicy }) => `${configuration} ${failurePolicy}`),
    ['ValidatingAdmissionPolicy/a Fail'],
  );
});

const workload = (kind: string, name: string, rest: object = {}) =>
  ({ kind, metadata: { name, namespace: 'x' }, ...rest }) as RawObject;

test('controllers that act on the deletion of a Node are recognised by their workloads', (t) => {
  const found = watchersByWorkload([
    workload('Deployment', 'nfd-gc'),
    workload('Deployment', 'release-node-feature-discovery-gc'),
    workload('DaemonSet', 'longhorn-manager'),
    workload('DaemonSet', 'portworx'),
    workload('Deployment', 'storageos-operator'),
    workload('Deployment', 'calico-kube-controllers'),
  ]);
  t.deepEqual(
    found.map(({ name }) => name),
    ['nfd-gc', 'nfd-gc', 'longhorn-manager', 'portworx', 'storageos', 'calico-kube-controllers'],
  );
  t.is(found[0]?.source, 'Deployment x/nfd-gc');
});

test('what only looks like them, or does not run, is none', (t) => {
  const env = [{ name: 'DATASTORE_TYPE', value: 'kubernetes' }];
  t.deepEqual(
    watchersByWorkload([
      workload('DaemonSet', 'nfd-gc'),
      workload('Deployment', 'my-nfd-gc-dashboard'),
      workload('Deployment', 'longhorn-ui'),
      workload('Deployment', 'nfd-gc', { spec: { replicas: 0 } }),
      workload('DaemonSet', 'portworx', { status: { observedGeneration: 1, desiredNumberScheduled: 0 } }),
      workload('Deployment', 'calico-kube-controllers', { spec: { template: { spec: { containers: [{ env }] } } } }),
    ]),
    [],
  );
});

test('by API groups, where workloads may not be read', (t) => {
  const groups = ['apps', 'longhorn.io', 'constructor', 'nfd.k8s-sigs.io'].map((name) => ({ name }));
  t.deepEqual(
    watchersByGroup({ groups }).map(({ name, source }) => `${name}: ${source}`),
    ['longhorn-manager: API group longhorn.io', 'nfd-gc: API group nfd.k8s-sigs.io'],
  );
});

const NO_CONFIG = { 'cilium-config': {}, 'calico-config': {} };

test('CNIs are recognised by their DaemonSets', (t) => {
  const follows = (name: string) => installedCNIs([workload('DaemonSet', name)], NO_CONFIG)[0]?.follows;
  for (const name of ['kube-flannel-ds', 'kube-flannel-ds-amd64', 'canal', 'rke2-canal', 'kindnet', 'antrea-agent']) {
    t.is(follows(name), 'yes', name);
  }
  for (const name of ['aws-node', 'weave-net', 'azure-cns', 'kube-ovn-cni']) t.is(follows(name), 'no', name);
  for (const name of ['kube-proxy', 'aws-node-termination-handler', 'kube-flannel-exporter'])
    t.is(follows(name), undefined);
  const idle = workload('DaemonSet', 'weave-net', { status: { observedGeneration: 1, desiredNumberScheduled: 0 } });
  t.deepEqual(installedCNIs([idle], NO_CONFIG), []);
});

test('cilium follows spec.podCIDR in ipam mode kubernetes alone', (t) => {
  const follows = (config: Record<string, string>) =>
    installedCNIs([workload('DaemonSet', 'cilium')], { ...NO_CONFIG, 'cilium-config': config })[0]?.follows;
  t.is(follows({ ipam: 'kubernetes' }), 'yes');
  for (const ipam of ['cluster-pool', 'multi-pool', 'eni', 'azure']) t.is(follows({ ipam }), 'no', ipam);
  t.is(follows({}), 'unknown');
  t.is(follows({ ipam: 'delegated-plugin' }), 'unknown');
});

test('calico follows it with host-local IPAM alone, and as a mere policy engine it tells nothing', (t) => {
  const follows = (podSpec: object, network = '') =>
    installedCNIs([workload('DaemonSet', 'calico-node', { spec: { template: { spec: podSpec } } })], {
      ...NO_CONFIG,
      'calico-config': { cni_network_config: network },
    })[0]?.follows;
  const install = { initContainers: [{ name: 'install-cni' }] };
  t.is(follows(install, '{"ipam": {"type": "calico-ipam"}}'), 'no');
  t.is(follows(install, '{"ipam": {"type": "host-local", "subnet": "usePodCidr"}}'), 'yes');
  t.is(follows({ containers: [{ env: [{ name: 'USE_POD_CIDR', value: 'true' }] }] }), 'yes');
  t.is(follows(install), 'unknown');
  t.is(follows({}, '{"ipam": {"type": "calico-ipam"}}'), 'unknown');
});
