import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { load, loadAll } from 'js-yaml';
import type { KubeObject } from '../../scripts/clusters/kube-object.ts';
import { ROOT } from '../../scripts/lib/places.ts';
import { run, until } from '../../scripts/lib/processes.ts';
import { untilEchoing } from '../harness/lab/echo.ts';
import { brokenPings } from '../harness/lab/pings.ts';
import { podsOn } from '../harness/lab/pods.ts';
import { type Lab, startLab } from '../harness/lab.ts';
import { runPodcidr } from '../harness/program.ts';
import { schemaErrors } from '../harness/schema.ts';

interface Report {
  items: {
    node: string;
    source: string;
    facts: { fact: string; expected: string[]; found: string[]; codes: string[]; unknown?: string }[];
    findings: { code: string; severity: string; nodes: string[]; remedy: string }[];
    skipped: { code: string }[];
  }[];
  unread: { node: string; reason: string }[];
}

let lab: Lab;
test.before(async () => {
  lab = await startLab({ dualStack: true });
  await lab.deployEcho();
});
test.after.always(() => lab?.stop());

const inspect = (...args: string[]) => runPodcidr(['inspect', ...args], { kubeconfig: lab.kubeconfig });

/** Exit code and findings; a node that cannot be read is one too. */
async function look(...args: string[]): Promise<{ code: number | null; found: Report['items'][number]['findings'] }> {
  const { code, stdout, stderr } = await inspect(...args, '-o', 'json');
  const { items, unread } = (
    stdout === '' ? { items: [], unread: [{ node: '?', reason: stderr }] } : JSON.parse(stdout)
  ) as Report;
  const missing = unread.map(({ node, reason }) => ({
    code: `Unread: ${reason}`,
    severity: 'error',
    nodes: [node],
    remedy: '',
  }));
  return { code, found: [...items.flatMap((item) => item.findings), ...missing] };
}

const helpers = async () =>
  (await lab.api.list('/api/v1/pods?labelSelector=kubectl-podcidr/pod=helper')).map(({ metadata }) => metadata.name);

/** Runs a command of a finding as an operator does: kubectl's where kubectl is, others on the node. */
async function paste(remedy: string, node: string): Promise<void> {
  const env = { PATH: `${join(lab.dir, 'bin')}:${process.env.PATH}`, KUBECONFIG: lab.kubeconfig, HOME: lab.dir };
  const ran = remedy.startsWith('kubectl ')
    ? await run('sh', ['-c', remedy], { env })
    : await lab.inNode(node, ['sh', '-c', remedy]);
  if (ran.code !== 0) throw new Error(`${remedy}: ${ran.stderr}`);
}

/**
 * Waits until nodes have no finding, twice: flannel's annotations follow its start. In dual stack peers do not see that one
 * family's annotation has changed: what they know then is named, and cured, in its turn.
 */
async function isCured(t: ExecutionContext, ...args: string[]): Promise<void> {
  let left: string[] = [];
  let clean = 0;
  const restarted = new Set<string>();
  const cured = await until(
    async () => {
      const { found } = await look(...args);
      left = found.map(({ code, nodes: [node] }) => `${node} ${code}`);
      for (const {
        code,
        remedy,
        nodes: [node = ''],
      } of found) {
        if (code !== 'ForwardingEntryStale' || node === 'n2' || restarted.has(node)) continue;
        restarted.add(node);
        await paste(remedy, node);
      }
      clean = found.length === 0 ? clean + 1 : 0;
      return clean === 2;
    },
    90_000,
    500,
  );
  t.true(cured, `left: ${left}`);
}

const onNode = async (node: string, ...commands: string[]) => {
  const ran = await lab.inNode(node, ['sh', '-ec', commands.join('\n')]);
  if (ran.code !== 0) throw new Error(`${commands}: ${ran.stderr}`);
};

test.serial('healthy nodes are as the API says: exit 0', async (t) => {
  const { code, stdout, stderr } = await inspect('n1', 'n2', 'n3');
  t.is(code, 0, stderr);
  t.is(stdout.split('\n').filter((line) => / OK$/.test(line)).length, 3 * 15);
  t.regex(
    stderr,
    /^Not checked: CNIConfigShadowed, AddressesLeaked \(the CNI's pod does not see .*\)\n3 nodes: 3 as the API says\n$/,
  );
  const all = await inspect('-l', '!node-role.kubernetes.io/control-plane');
  t.like(all, { code: 0, stdout: '' });
});

test.serial('a helper pod sees everything, is announced, and is gone afterwards', async (t) => {
  const { code, stdout, stderr } = await inspect('n1', 'n2', '--helper-pod=always');
  t.is(code, 0, stderr);
  t.regex(
    stderr,
    /^node n\d: starting helper pod kube-flannel\/podcidr-helper-\w{8}-n\d \(image localhost\/flannel:v0\.28\.9, privileged\); it is removed afterwards\n/,
  );
  t.notRegex(stdout, /Unknown/);
  t.notRegex(stderr, /Not checked/);
  t.regex(stdout, /n1 +CNI configuration +<none> +\/etc\/cni\/net\.d\/10-flannel\.conflist +OK/);
  t.deepEqual(await helpers(), []);
});

test.serial('the report is a NodeFactsReport as its schema says, in JSON and in YAML', async (t) => {
  const { stdout } = await inspect('n1', 'n2', '-o', 'json');
  t.is(schemaErrors('node-facts-report', JSON.parse(stdout)), '');
  t.is(schemaErrors('node-facts-report', load((await inspect('n1', '-o', 'yaml')).stdout)), '');
});

interface Fault {
  code: string;
  /** What is done to n2, on the node. */
  commands?: string[];
  annotation?: [key: string, value: string];
  args?: string[];
}

/** What may be left on a node, or go wrong there, each alone. */
const FAULTS: Record<string, Fault> = {
  'flannel.1 with two addresses': {
    code: 'OverlayAddressExtra',
    commands: ['ip addr add 10.244.99.0/32 dev flannel.1'],
  },
  'a route to a subnet of nobody': {
    code: 'RouteStale',
    commands: ['ip route add 10.244.77.0/24 via 10.244.77.0 dev flannel.1 onlink'],
  },
  'a blackhole of a former subnet': { code: 'RouteStale', commands: ['ip route add blackhole 10.244.78.0/24'] },
  'an IPv6 route to a subnet of nobody': {
    code: 'RouteStale',
    commands: ['ip -6 route add fd00:10:244:77::/64 via fd00:10:244:77:: dev flannel-v6.1 onlink'],
  },
  'a wrong public-ip': { code: 'PublicIPForeign', annotation: ['flannel.alpha.coreos.com/public-ip', '10.99.0.99'] },
  'another MAC address than peers are told': {
    code: 'VtepMACDiffers',
    commands: ['ip link set flannel.1 address 5e:00:00:00:00:77'],
  },
  'flannel.1 that is down': { code: 'OverlayMissing', commands: ['ip link set flannel.1 down'] },
  'flannel.1 with a former address': {
    code: 'OverlayAddressStale',
    commands: [
      'ip addr add 10.244.99.0/32 dev flannel.1',
      'ip addr del $(ip -4 -o addr show dev flannel.1 | grep -v 10.244.99 | grep -o "10.244[^ ]*") dev flannel.1',
    ],
  },
  'a route that lacks': {
    code: 'RouteMissing',
    commands: ['set -- $(ip -4 route show dev flannel.1)', 'ip route del $1'],
  },
  'a forwarding entry that lacks': {
    code: 'ForwardingEntryMissing',
    commands: [
      'set -- $(bridge fdb show dev flannel.1 | grep 10.99.0.11)',
      'bridge fdb del $1 dev flannel.1 dst 10.99.0.11',
    ],
  },
  'a forwarding entry to a former address': {
    code: 'ForwardingEntryStale',
    commands: [
      'set -- $(bridge fdb show dev flannel.1 | grep 10.99.0.11)',
      'bridge fdb replace $1 dev flannel.1 dst 10.99.0.99 self permanent',
    ],
  },
  'a route to itself': {
    code: 'RouteToSelf',
    commands: [
      'own=$(ip -4 -o addr show dev flannel.1 | grep -o "10.244[^/]*")',
      'ip route add $own/24 via 10.99.0.12 dev eth0 metric 7',
    ],
  },
  'no forwarding of packets': { code: 'ForwardingOff', commands: ['sysctl -qw net.ipv4.ip_forward=0'] },
  'a firewall that drops them': { code: 'ForwardPolicyDrop', commands: ['iptables -I FORWARD -j DROP'] },
  'a bridge beside iptables': {
    code: 'BridgeFilterOff',
    commands: ['sysctl -qw net.bridge.bridge-nf-call-iptables=0'],
  },
  'the configuration of another CNI before its own': {
    code: 'CNIConfigShadowed',
    commands: [
      `echo '{"cniVersion":"0.4.0","name":"other","plugins":[{"type":"bridge"}]}' > /etc/cni/net.d/05-other.conflist`,
    ],
    args: ['--helper-pod=always'],
  },
  'an address held for a container that is gone': {
    code: 'AddressesLeaked',
    commands: [
      'own=$(ip -4 -o addr show dev flannel.1 | grep -o "10.244[^/]*")',
      "touch -d '1 hour ago' /var/lib/cni/networks/cbr0/$(echo $own | sed 's/0$/200/')",
    ],
    args: ['--helper-pod=always'],
  },
};

for (const [title, { code, commands = [], annotation, args = [] }] of Object.entries(FAULTS)) {
  test.serial(`${title}: ${code} names it, and its remedy, pasted, cures it`, async (t) => {
    if (commands.length > 0) await onNode('n2', ...commands);
    if (annotation)
      await lab.api.patch('/api/v1/nodes/n2', { metadata: { annotations: { [annotation[0]]: annotation[1] } } });
    const nodes = args.length > 0 ? ['n2', ...args] : ['n1', 'n2', 'n3'];
    const { code: exit, found } = await look(...nodes);
    // What others see of n2 is no fault of theirs.
    t.deepEqual(
      found.map((finding) => `${finding.nodes} ${finding.code}`),
      [`n2 ${code}`],
    );
    t.is(exit, found[0]?.severity === 'info' ? 0 : 1);
    t.log(found[0]?.remedy);
    await paste(found[0]?.remedy ?? '', 'n2');
    await isCured(t, ...nodes);
  });
}

test.serial('after all of this every pod reaches every other', async (t) => {
  await onNode('n2', 'iptables -D FORWARD -j DROP');
  await lab.untilJoined();
  t.deepEqual(brokenPings(await lab.pings()), []);
});

test.serial('cni0 with a former address: the remedy removes it, and new pods make it anew', async (t) => {
  await onNode(
    'n2',
    'own=$(ip -4 -o addr show dev cni0 | grep -o "10.244[^ ]*" | head -n 1)',
    'ip addr add 10.244.99.1/24 dev cni0',
    'ip addr del $own dev cni0',
  );
  const [finding, ...more] = (await look('n2')).found;
  t.deepEqual(more, []);
  t.is(finding?.code, 'BridgeAddressStale');
  await paste(finding?.remedy ?? '', 'n2');
  t.deepEqual((await look('n2')).found, []);
  for (const pod of await podsOn(lab.api, 'n2')) {
    const { name, namespace } = pod.metadata;
    if (pod.spec?.hostNetwork !== true) await lab.api.delete(`/api/v1/namespaces/${namespace}/pods/${name}`);
  }
  await untilEchoing(lab.api, 'echo', lab.nodes);
  await isCured(t, 'n2');
  t.deepEqual(brokenPings(await lab.pings()), []);
});

test.serial(
  'a Node that was given another subnet: the remedies, one after the other, bring the node after it',
  async (t) => {
    const moved = await runPodcidr(['reassign', 'n3', '--yes', '--drain=false', '--after-care=none'], {
      kubeconfig: lab.kubeconfig,
    });
    t.is(moved.code, 0, moved.stderr);
    const pasted: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const faults = async () => (await look('n3')).found.filter(({ severity }) => severity !== 'info');
      const [fault] = await faults();
      if (!fault) break;
      pasted.push(fault.code);
      await paste(fault.remedy, 'n3');
      t.true(await until(async () => !(await faults()).some(({ code }) => code === fault.code), 60_000, 500));
    }
    // Each consequence of the first is told only when it stays.
    t.deepEqual(pasted, ['NodeSubnetStale', 'BridgeAddressStale']);
    for (const pod of await podsOn(lab.api, 'n3')) {
      const { name, namespace } = pod.metadata;
      if (pod.spec?.hostNetwork !== true) await lab.api.delete(`/api/v1/namespaces/${namespace}/pods/${name}`);
    }
    await untilEchoing(lab.api, 'echo', lab.nodes);
    t.is((await inspect('n1', 'n2', 'n3')).code, 0);
    t.deepEqual(brokenPings(await lab.pings()), []);
  },
);

test.serial('an image that cannot be pulled: one line, and no helper pod is left', async (t) => {
  const { code, stdout, stderr } = await inspect('n1', '--helper-pod=always', '--image=localhost/nothing:1');
  t.is(code, 2);
  t.is(stdout, '');
  t.regex(
    stderr,
    /\nerror: node n1: the helper pod did not run, and was removed: (ErrImagePull|ImagePullBackOff): .*localhost\/nothing:1.*\nname another image.*\n$/,
  );
  t.deepEqual(await helpers(), []);
});

test.serial('an image with busybox alone shows what busybox can, and says what not', async (t) => {
  const { code, stderr } = await inspect('n1', '--helper-pod=always', '--image=localhost/pod:1');
  t.is(code, 0, stderr);
  t.regex(stderr, /\nNot checked: ForwardingEntryMissing, ForwardingEntryStale \(sh: bridge: not found\)\n/);
  t.deepEqual(await helpers(), []);
});

test.serial(
  'a node from which the CNI was driven off: a named image does, in kube-system, whatever the taints',
  async (t) => {
    await lab.api.patch('/api/v1/nodes/n3', { spec: { taints: [{ key: 'off', value: 'x', effect: 'NoExecute' }] } });
    t.true(
      await until(
        async () => !(await podsOn(lab.api, 'n3')).some(({ metadata }) => metadata.labels?.app === 'flannel'),
        60_000,
      ),
    );
    const refused = await inspect('n3');
    t.is(refused.code, 2);
    t.regex(
      refused.stderr,
      /^error: node n3: no pod of a CNI that follows spec\.podCIDR is on node n3, so a helper pod has no image\n/,
    );
    const { code, stderr } = await inspect('n3', '--image=localhost/flannel:v0.28.9');
    t.is(code, 0, stderr);
    t.regex(
      stderr,
      /^node n3: no pod of a CNI that follows spec\.podCIDR is on node n3; starting helper pod kube-system\/podcidr-helper-/,
    );
    t.deepEqual(await helpers(), []);
    await lab.api.patch('/api/v1/nodes/n3', { spec: { taints: null } });
    await lab.restartFlannel('n3');
    await untilEchoing(lab.api, 'echo', lab.nodes);
  },
);

test.serial('a kubelet that is not there: one line, also while the Node still counts as Ready', async (t) => {
  await lab.stopKubelet('n3');
  const { code, stdout, stderr } = await inspect('n3');
  await lab.startKubelet('n3');
  t.is(code, 2);
  t.is(stdout, '');
  t.regex(stderr, /^error: node n3: (in pod .* no command can be run: .*dial tcp.*|its kubelet does not report.*)\n$/);
  t.is(stderr.trimEnd().split('\n').length, 1);
  await lab.untilJoined();
});

test.serial('a program that is killed while its helper pod runs: the next one removes it', async (t) => {
  const killed = runPodcidr(['inspect', 'n1', '--helper-pod=always'], {
    kubeconfig: lab.kubeconfig,
    onStart: (child) => {
      void until(async () => (await helpers()).length > 0, 30_000, 20).then(() => child.kill('SIGKILL'));
    },
  });
  t.is((await killed).signal, 'SIGKILL');
  t.is((await helpers()).length, 1);
  const { code, stderr } = await inspect('n1', '--helper-pod=always');
  t.is(code, 0, stderr);
  t.regex(stderr, /^removed helper pod kube-flannel\/podcidr-helper-\w+-n1, which an earlier run had left\n/);
  t.deepEqual(await helpers(), []);
});

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
type Role = KubeObject & { rules: { resources: string[]; verbs: string[] }[] };

test.serial('the roles for inspect are enough, and each rule of them is needed', async (t) => {
  const all = loadAll(readFileSync(join(ROOT, 'docs/rbac.yaml'), 'utf8')) as Role[];
  const roles = all.filter(({ metadata }) => /inspector|node-shell/.test(metadata.name));
  t.is(roles.length, 2);
  const subjects = [{ kind: 'User', name: 'ivy', apiGroup: 'rbac.authorization.k8s.io' }];
  for (const role of roles) {
    const { name } = role.metadata;
    await lab.api.post(`${RBAC}/clusterroles`, role);
    const path = name.endsWith('inspector') ? 'clusterrolebindings' : 'namespaces/kube-flannel/rolebindings';
    await lab.api.post(`${RBAC}/${path}`, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects,
    });
  }
  const asIvy = (...args: string[]) => inspect('n1', '--as=ivy', ...args);
  t.true(
    await until(async () => (await asIvy()).code === 0 && (await asIvy('--helper-pod=always')).code === 0, 30_000),
  );
  for (const role of roles) {
    for (const [at, rule] of role.rules.entries()) {
      for (const verb of rule.verbs) {
        const [resource = ''] = rule.resources;
        const rest = rule.verbs.filter((one) => one !== verb);
        const rules = role.rules
          .map((one, index) => (index === at ? { ...one, verbs: rest } : one))
          .filter(({ verbs }) => verbs.length > 0);
        await lab.api.patch(`${RBAC}/clusterroles/${role.metadata.name}`, { rules });
        const helps = resource === 'pods' && role.metadata.name.endsWith('node-shell') ? ['--helper-pod=always'] : [];
        let said = '';
        const named = await until(async () => {
          said = (await asIvy(...helps)).stderr;
          return new RegExp(`${verb}.* ${resource}\\b|${verb} resource "${resource}"`).test(said);
        }, 20_000);
        t.true(named, `${verb} ${resource}: ${said}`);
        await lab.api.patch(`${RBAC}/clusterroles/${role.metadata.name}`, { rules: role.rules });
      }
    }
  }
  t.deepEqual(await helpers(), []);
});
