import { readdirSync } from 'node:fs';
import test from 'ava';
import { CLUSTER_CODES, type ClusterCode } from '../../../src/checks/catalogue.ts';
import { runChecks } from '../../../src/checks/run.ts';
import { surveyFixture } from './support.ts';

const report = (code: string, file: string) => runChecks(surveyFixture(`checks/${code}/${file}.yaml`));

test('every code has a dump that raises it and one that nearly does', (t) => {
  t.deepEqual(readdirSync(new URL('../../fixtures/checks', import.meta.url)).sort(), [...CLUSTER_CODES].sort());
});

for (const code of CLUSTER_CODES) {
  test(`${code} is raised by a real dump with this fault`, (t) => {
    t.true(report(code, 'raises').findings.some((finding) => finding.code === code));
  });

  test(`${code} is not raised by a dump that nearly has this fault`, (t) => {
    t.deepEqual(
      report(code, 'near-miss').findings.filter((finding) => finding.code === code),
      [],
    );
  });
}

/** What each dump's finding of its code says: nodes, subject and remedy of each. */
const EXPECTED: Record<ClusterCode, [severity: string, nodes: string[], subject: string, remedy: string][]> = {
  SubnetMissing: [
    ['error', ['worker-2', 'worker-3'], 'Field spec.podCIDR', 'kubectl podcidr reassign worker-2 worker-3'],
  ],
  SubnetMalformed: ['worker-1', 'worker-2', 'worker-3', 'worker-4', 'worker-6'].map((name) => [
    'error',
    [name],
    `Node ${name}`,
    `kubectl podcidr reassign ${name}`,
  ]),
  SubnetDuplicate: [
    ['error', ['cp1', 'worker-290'], 'Subnet 10.244.0.0/24', 'kubectl podcidr reassign worker-290'],
    ['error', ['worker-289', 'worker-31'], 'Subnet 10.244.31.0/24', 'kubectl podcidr reassign worker-289'],
  ],
  SubnetOverlap: [
    [
      'error',
      ['cp1', 'worker-1', 'worker-17', 'worker-2', 'worker-30'],
      'Subnet 10.244.0.0/16',
      'kubectl podcidr reassign worker-17',
    ],
  ],
  SubnetOutsideClusterCIDR: [
    [
      'error',
      ['worker-1', 'worker-2', 'worker-3'],
      'Setting --cluster-cidr',
      'kubectl podcidr reassign worker-1 worker-2 worker-3',
    ],
  ],
  SubnetMaskDiffers: [
    [
      'warning',
      ['worker-1', 'worker-2'],
      'Setting --node-cidr-mask-size',
      'kubectl podcidr reassign worker-1 worker-2',
    ],
  ],
  SubnetOverlapsServices: [
    [
      'error',
      ['worker-11', 'worker-8'],
      'Setting --service-cluster-ip-range',
      'kubectl podcidr reassign worker-11 worker-8',
    ],
  ],
  SubnetOverlapsNodeAddress: [['error', ['worker-1'], 'Node worker-1', 'kubectl podcidr reassign worker-1']],
  SubnetFamilyMissing: [['warning', ['worker-1'], 'Setting --cluster-cidr', 'kubectl podcidr reassign worker-1']],
  PoolExhausted: [['error', ['worker-4'], 'Setting --cluster-cidr', 'kubectl podcidr capacity --nodes=10 --compare']],
  PoolNearlyExhausted: [['warning', [], 'Setting --cluster-cidr', 'kubectl podcidr capacity --nodes=7 --compare']],
  SubnetTooSmall: [
    [
      'info',
      ['cp1', 'worker-1'],
      'Field status.capacity.pods',
      "set the kubelet's maxPods to 61 or less, or a shorter --node-cidr-mask-size before the nodes get new subnets",
    ],
  ],
  SubnetNearlyFull: [['warning', ['worker-1'], 'Field spec.podCIDR', 'kubectl cordon worker-1']],
  ClusterCIDRHostBits: [
    [
      'warning',
      [],
      'Setting --cluster-cidr',
      'set --cluster-cidr=10.240.0.0/12 of kube-controller-manager (kubeadm: /etc/kubernetes/manifests/kube-controller-manager.yaml)',
    ],
  ],
  NodeMaskInvalid: [
    ['error', [], 'Setting --node-cidr-mask-size-ipv6', 'set --node-cidr-mask-size-ipv6 to one of 40 to 56'],
  ],
  ClusterCIDROverlapsServices: [
    [
      'warning',
      [],
      'Setting --cluster-cidr',
      'keep --service-cluster-ip-range set for kube-controller-manager, so that it hands out none of them',
    ],
  ],
  OperationInterrupted: [
    ['error', ['worker-32'], 'Operation 20261120-091402-4c42ff', 'kubectl podcidr resume 20261120-091402-4c42ff'],
  ],
  SubnetOutsideCNINetwork: [['error', ['n3'], 'ConfigMap kube-flannel-cfg', 'kubectl podcidr reassign n3']],
  AllocationDisabled: [
    [
      'warning',
      ['worker-2'],
      'Setting --allocate-node-cidrs',
      'set --allocate-node-cidrs=true and --cluster-cidr=10.244.0.0/16 of kube-controller-manager (kubeadm: /etc/kubernetes/manifests/kube-controller-manager.yaml)',
    ],
  ],
  ClusterCIDRMismatch: [
    [
      'error',
      ['worker-2'],
      'ConfigMap kube-flannel-cfg',
      "kubectl -n kube-flannel get configmap kube-flannel-cfg -o yaml | sed -e 's|10\\.244\\.0\\.0/16|10.240.0.0/12|g' | kubectl replace -f - && kubectl -n kube-flannel rollout restart daemonset kube-flannel-ds",
    ],
    [
      'warning',
      [],
      'ConfigMap kube-proxy',
      "kubectl -n kube-system get configmap kube-proxy -o yaml | sed -e 's|10\\.244\\.0\\.0/16|10.240.0.0/12|g' | kubectl replace -f - && kubectl -n kube-system rollout restart daemonset kube-proxy",
    ],
    [
      'warning',
      [],
      'ConfigMap kubeadm-config',
      "kubectl -n kube-system get configmap kubeadm-config -o yaml | sed -e 's|10\\.244\\.0\\.0/16|10.240.0.0/12|g' | kubectl replace -f -",
    ],
  ],
  ControllerManagerDown: [['error', [], 'Lease kube-controller-manager', 'kubectl podcidr reassign worker-2']],
  AllocatorsConflict: [
    [
      'error',
      [],
      'Setting --allocate-node-cidrs',
      'set --allocate-node-cidrs=false for kube-controller-manager, or take node-ipam-controller and cloud-controller-manager away',
    ],
  ],
  CNIIgnoresPodCIDR: [
    ['info', [], 'CNI cilium', "nothing is to be done here: look into the CNI's own address management"],
  ],
  NodeAddressDuplicate: [
    [
      'error',
      ['cp1', 'worker-1'],
      'Address 10.0.2.15',
      'give each machine an address of its own, or each kubelet its --node-ip where the machine has several',
    ],
  ],
  MachineIDDuplicate: [
    [
      'warning',
      ['worker-1', 'worker-2'],
      'Machine 3c0c2f5b9f0a4d0e8a4cbe7e0c6f1d92',
      'kubectl drain worker-2 --ignore-daemonsets  # then on worker-2: rm -f /etc/machine-id /var/lib/dbus/machine-id && systemd-machine-id-setup && reboot; when it is Ready: kubectl uncordon worker-2',
    ],
  ],
  NodeTaintStuck: [
    ['warning', ['worker-2'], 'Field spec.taints', 'kubectl taint nodes worker-2 node.kubernetes.io/not-ready-'],
  ],
  NetworkUnavailable: [['warning', ['worker-2'], 'Condition NetworkUnavailable', 'kubectl describe node worker-2']],
  AllocationFailed: [
    [
      'warning',
      ['worker-2'],
      'Event CIDRNotAvailable',
      'kubectl podcidr capacity --nodes=6 --compare  # no subnet is free: make room first',
    ],
  ],
  DependentUnowned: [
    [
      'warning',
      ['worker-1', 'worker-2'],
      'CSINode worker-1',
      'kubectl patch csinode worker-1 --type=merge -p \'{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"worker-1","uid":"8949864f-d5c7-8b8a-dd3c-45f656387e26"}]}}\' && kubectl patch csinode worker-2 --type=merge -p \'{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"worker-2","uid":"a8b198b0-49ba-31ca-b0b9-0ab94de01f2c"}]}}\' && kubectl delete -n kube-node-lease lease worker-9',
    ],
  ],
  PodStray: [
    [
      'error',
      ['worker-1'],
      'Node worker-1',
      'kubectl -n default delete pod web-1 && kubectl -n shop delete pod cart-0',
    ],
    [
      'error',
      ['worker-2'],
      'Node worker-2',
      'kubectl -n default get pod debug -o yaml > debug.yaml && kubectl replace --force -f debug.yaml',
    ],
  ],
  PodAddressDuplicate: [['error', ['worker-1'], 'Address 10.244.1.4', 'kubectl -n default delete pod web-2']],
  PodSandboxFailed: [
    [
      'error',
      ['n3'],
      'Event FailedCreatePodSandBox',
      'kubectl -n kube-flannel exec kube-flannel-ds-lt8c4 -c kube-flannel -- ip link del cni0  # then delete its pods, they have lost their network: kubectl get pods -A --field-selector spec.nodeName=n3',
    ],
  ],
  FlannelAnnotationsMissing: [
    ['error', ['n2'], 'CNI flannel', 'kubectl -n kube-flannel delete pod kube-flannel-ds-h2txg'],
  ],
  FlannelPublicIPDuplicate: [
    [
      'error',
      ['n1', 'n2'],
      'Address 10.99.0.11',
      'kubectl -n kube-flannel edit daemonset kube-flannel-ds  # add --iface with the interface between the nodes to its args',
    ],
  ],
  FlannelVtepMACDuplicate: [
    [
      'error',
      ['n1', 'n2'],
      'MAC 6a:fa:d5:9d:e9:9a',
      'kubectl annotate node n2 flannel.alpha.coreos.com/backend-data- && kubectl -n kube-flannel exec kube-flannel-ds-vcwp7 -c kube-flannel -- ip link delete flannel.1 && kubectl -n kube-flannel delete pod kube-flannel-ds-vcwp7',
    ],
  ],
  FlannelBackendMixed: [['error', ['n2'], 'CNI flannel', 'kubectl -n kube-flannel delete pod kube-flannel-ds-gf9t9']],
  FlannelPublicIPForeign: [
    [
      'warning',
      ['n2'],
      'CNI flannel',
      'kubectl -n kube-flannel edit daemonset kube-flannel-ds  # add --iface with the interface between the nodes to its args',
    ],
  ],
  FlannelLeaseStale: [
    [
      'error',
      [],
      'Key /coreos.com/network/subnets/10.5.89.0-24',
      'etcdctl del /coreos.com/network/subnets/10.5.89.0-24  # then restart flannel on all nodes',
    ],
  ],
  FlannelPodFailing: [
    [
      'error',
      ['n2'],
      'CNI flannel',
      'kubectl -n kube-flannel edit configmap kube-flannel-cfg  # net-conf.json: it is no JSON object',
    ],
  ],
};

for (const code of CLUSTER_CODES) {
  test(`${code} names the nodes, its subject and the command that cures it`, (t) => {
    const found = report(code, 'raises').findings.filter((finding) => finding.code === code);
    t.deepEqual(
      found.map(({ severity, nodes, subject, remedy }) => [severity, nodes, `${subject.kind} ${subject.name}`, remedy]),
      EXPECTED[code],
    );
  });
}

test('evidence of a misplaced subnet says what is wrong with its place', (t) => {
  const [finding] = report('SubnetOutsideClusterCIDR', 'raises').findings;
  t.deepEqual(finding?.evidence, [
    'cluster CIDR 10.244.0.0/16,fd00:10:244::/56: pod kube-system/kube-controller-manager-cp1 --cluster-cidr',
    'worker-1: 10.245.1.0/24',
    'worker-2: fd00:10:244:2::/64 stands at position 1, where the cluster CIDR has 10.244.0.0/16',
    'worker-2: 10.244.2.0/24 stands at position 2, where the cluster CIDR has fd00:10:244::/56',
    'worker-3: 10.244.0.0/15',
  ]);
});
