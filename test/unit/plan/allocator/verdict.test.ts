import test from 'ava';
import { type Replica, readReplica } from '../../../../src/plan/allocator/replica.ts';
import { type AllocatorView, judgeAllocator } from '../../../../src/plan/allocator/verdict.ts';

const FLAGS = ['--allocate-node-cidrs=true', '--cluster-cidr=10.244.0.0/16', '--leader-elect=true'];

interface PodOptions {
  node?: string;
  image?: string;
  flags?: string[];
  source?: string;
  state?: 'running' | 'waiting';
}

/** The mirror pod of kubeadm, but for what is given. */
function replica({ node = 'cp1', image, flags = FLAGS, source = 'file', state = 'running' }: PodOptions = {}): Replica {
  const name = 'kube-controller-manager';
  return readReplica({
    metadata: {
      name: `${name}-${node}`,
      annotations: { 'kubernetes.io/config.source': source, 'kubernetes.io/config.mirror': 'x' },
    },
    spec: {
      nodeName: node,
      restartPolicy: 'Always',
      containers: [{ name, image: image ?? `registry.k8s.io/${name}:v1.24.17`, command: [name, ...flags] }],
    },
    status: {
      containerStatuses: [{ name, restartCount: 0, state: { [state]: { startedAt: '2026-11-21T00:00:00Z' } } }],
    },
  });
}

const WORKER = { name: 'a', podCIDRs: ['10.244.1.0/24'], kubeletVersion: 'v1.24.17' };

function view(changes: Partial<AllocatorView> = {}): AllocatorView {
  return { holder: 'cp1_0a1b', replicas: [replica()], nodes: [WORKER], ...changes };
}

const judge = (changes: Partial<AllocatorView> = {}, mode: 'auto' | 'never' = 'auto') =>
  judgeAllocator(view(changes), ['a'], mode);

test('the leader of 1.24 as a static pod is restarted', (t) => {
  t.like(judge(), { deed: 'restart', holder: 'cp1_0a1b', leader: { pod: 'kube-controller-manager-cp1' } });
});

test('the replica that leads is meant, and its image says its version, not another one', (t) => {
  const newer = replica({ node: 'cp2', image: 'registry.k8s.io/kube-controller-manager:v1.31.4' });
  t.like(judge({ replicas: [replica(), newer] }), { deed: 'restart' });
  t.like(judge({ replicas: [replica(), newer], holder: 'CP2_x' }), { deed: 'nothing' });
  t.like(judge({ replicas: [replica(), newer], holder: 'cp2.example.com_x' }), { deed: 'nothing' });
  t.like(judge({ replicas: [replica(), newer], holder: 'elsewhere_x' }), { deed: 'leave' });
});

test('never restarts nothing, and the danger and the command are said', (t) => {
  const verdict = judge({}, 'never');
  t.is(verdict.deed, 'leave');
  t.regex(verdict.lines[0] ?? '', /v1\.24\.17 may hand out again what a holds/);
  t.regex(verdict.lines.at(-1) ?? '', /^ {2}kubectl -n kube-system patch lease kube-controller-manager/);
});

for (const [what, podCIDRs] of [
  ['outside the cluster CIDR', ['10.9.0.0/24']],
  ['of a family that the cluster CIDR lacks', ['10.244.1.0/24', 'fd00::/64']],
  ['that cannot be read', ['10.244.1.0']],
] as const) {
  test(`a subnet ${what} stops the restart, because it would stop the start`, (t) => {
    const outside = { ...WORKER, name: 'out', podCIDRs: [...podCIDRs] };
    const verdict = judge({ nodes: [WORKER, outside] });
    t.is(verdict.deed, 'leave');
    t.regex(verdict.lines[1] ?? '', /node out has/);
    t.is(verdict.lines[2], '  kubectl podcidr reassign out');
  });
}

test('families in another order than the cluster CIDR stop the restart, in its order they do not', (t) => {
  const flags = [...FLAGS, '--cluster-cidr=fd00::/48,10.244.0.0/16'];
  const replicas = [replica({ flags })];
  const dual = (...podCIDRs: string[]) => [{ ...WORKER, podCIDRs }];
  t.is(judge({ replicas, nodes: dual('10.244.1.0/24', 'fd00::/64') }).deed, 'leave');
  t.is(judge({ replicas, nodes: dual('fd00::/64', '10.244.1.0/24') }).deed, 'restart');
  t.is(judge({ replicas, nodes: dual() }).deed, 'restart', 'a Node without a subnet stops no start');
});

test('another replica, which may lead next, must be able to start too', (t) => {
  const other = replica({ node: 'cp2', flags: [...FLAGS, '--cluster-cidr=10.8.0.0/16'] });
  t.is(judge({ replicas: [replica(), other] }).deed, 'leave');
});

test('a pod that no kubelet keeps alive as a static one is not restarted', (t) => {
  t.is(judge({ replicas: [replica({ source: 'api' })] }).deed, 'leave');
});

test('without leader election its host must restart it, whatever an old lease says', (t) => {
  const replicas = [replica({ flags: [...FLAGS, '--leader-elect=false'] })];
  for (const holder of ['cp1_x', '', undefined]) {
    const verdict = judge({ replicas, holder });
    t.is(verdict.deed, 'leave');
    t.regex(verdict.lines.at(-1) ?? '', /crictl stop .*# on cp1/);
  }
});

test('in k3s it is the server that must be restarted, unless its version is new enough', (t) => {
  const server = (kubeletVersion: string) => ({ name: 'srv', podCIDRs: [], kubeletVersion });
  const of = (version: string) => judge({ holder: 'srv_x', replicas: [], nodes: [WORKER, server(version)] });
  t.is(of('v1.30.4+k3s1').lines.at(-1), '  systemctl restart k3s  # on srv');
  t.is(of('v1.31.4+k3s1').deed, 'nothing');
});

test('an unknown version counts as old', (t) => {
  t.regex(judge({ replicas: [] }).lines[0] ?? '', /of an unknown version may hand out/);
  t.is(judge({ replicas: [replica({ image: 'kcm@sha256:0123' })] }).deed, 'restart');
});

test('what does not allocate, or does not run, needs no restart', (t) => {
  t.is(judge({ replicas: [replica({ flags: ['--allocate-node-cidrs=false'] })] }).deed, 'nothing');
  t.is(judge({ replicas: [replica({ flags: [] })] }).deed, 'nothing', 'it is off by default');
  t.is(judge({ replicas: [replica({ state: 'waiting' })] }).deed, 'nothing');
  t.is(judge({ holder: '' }).deed, 'nothing');
});
