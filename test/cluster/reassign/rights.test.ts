import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { loadAll } from 'js-yaml';
import type { KubeObject } from '../../../scripts/clusters/kube-object.ts';
import { ROOT } from '../../../scripts/lib/places.ts';
import { until } from '../../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { deploy, FLANNEL, podOf, scheduleDaemonPods } from '../../harness/daemon-sets.ts';
import { standing } from '../../harness/node.ts';
import { type ProgramResult, runPodcidr } from '../../harness/program.ts';
import { createBudget, createPods } from './drain-support.ts';
import { createTwins, getNode, NO_RESTART, ownedBy } from './support.ts';

const FILE = join(ROOT, 'docs/rbac.yaml');
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

type Role = KubeObject & { rules: Rule[] };

const ROLES = loadAll(readFileSync(FILE, 'utf8')) as Role[];

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
});
test.after.always(() => plane?.stop());
test.beforeEach(async () => {
  await plane.clear();
  const applied = await plane.kubectl(['apply', '-f', FILE]);
  if (applied.code !== 0) throw new Error(applied.stderr);
});

const pathOf = ({ kind, metadata: { name, namespace } }: KubeObject) =>
  kind === 'ClusterRole' ? `${RBAC}/clusterroles/${name}` : `${RBAC}/namespaces/${namespace}/roles/${name}`;

/** Whether `user` has the first right of a rule, as the authorizer sees it now. */
async function has(
  user: string,
  { apiGroups, resources, resourceNames, verbs }: Rule,
  namespace = '',
): Promise<boolean> {
  const [resource, subresource] = (resources[0] ?? '').split('/');
  const review = await plane.api.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user,
      resourceAttributes: {
        verb: verbs[0],
        group: apiGroups[0],
        resource,
        subresource,
        name: resourceNames?.[0],
        namespace,
      },
    },
  });
  return (review.status as { allowed?: boolean } | undefined)?.allowed === true;
}

/** Gives `user` every role of this name in docs/rbac.yaml, and waits until all of it is in force. */
async function grant(user: string, name: string): Promise<void> {
  const roles = ROLES.filter(({ metadata }) => metadata.name === name);
  for (const { kind, metadata } of roles) {
    const collection = kind === 'ClusterRole' ? 'clusterrolebindings' : `namespaces/${metadata.namespace}/rolebindings`;
    await plane.api.post(`${RBAC}/${collection}`, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
      subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
    });
  }
  for (const { rules, metadata } of roles) {
    for (const rule of rules) {
      if (!(await until(() => has(user, rule, metadata.namespace), 10_000))) throw new Error(`${name} is not in force`);
    }
  }
}

/** Pods of a CNI have their time to come back; no command can be run in them. */
const env = { PODCIDR_TEST_CARE: '30000', PODCIDR_TEST_SHELL: '300' };
const as = (user: string, ...args: string[]) => runPodcidr(args, { kubeconfig: plane.users[user] ?? '', env });
const reassign = (...args: string[]) => as('operator', 'reassign', 'moves', '--yes', ...args);

test.serial(
  'the reader role is enough for list, list -o wide and validate, and for nothing that changes',
  async (t) => {
    await createTwins(plane, 'keeps', 'moves');
    await grant('viewer', 'kubectl-podcidr-reader');
    for (const args of [['list'], ['list', '-o', 'wide'], ['validate', '--fail-on=never']]) {
      const ran = await as('viewer', ...args);
      t.is(ran.code, 0, ran.stderr);
      t.notRegex(ran.stdout + ran.stderr, /forbidden|cannot be read|not known/i);
    }
    const ran = await as('viewer', 'reassign', 'moves', '--yes');
    t.is(ran.code, 2);
    t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.77.0/24');
  },
);

test.serial('each rule of the reader role is needed: without it what cannot be read is named', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await grant('viewer', 'kubectl-podcidr-reader');
  const validate = ['validate', '--fail-on=never'];
  for (const [resource, namespace, args] of [
    ['nodes', '', ['list']],
    ['pods', '', ['list', '-o', 'wide']],
    ['pods', '', validate],
    ['events', '', validate],
    ['configmaps', '', validate],
    ['daemonsets', '', validate],
    ['csinodes', '', validate],
    ['clustercidrs', '', validate],
    ['deployments', 'kube-system', validate],
    ['leases', 'kube-system', validate],
    ['leases', 'kube-node-lease', validate],
  ] as const) {
    await withoutRule(
      'viewer',
      'kubectl-podcidr-reader',
      namespace,
      ({ resources }) => resources[0] === resource,
      async () => {
        const ran = await as('viewer', ...args);
        t.regex(ran.stdout + ran.stderr, new RegExp(`\\b${resource}\\b.*(forbidden|cannot)`, 's'), args.join(' '));
      },
    );
  }
});

test.serial('the operator and search roles are enough for reassign', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await ownsCSINode();
  await grant('operator', 'kubectl-podcidr-operator');
  await grant('operator', 'kubectl-podcidr-search');
  const ran = await reassign();
  t.is(ran.code, 0, ran.stderr);
  t.notRegex(ran.stderr, /forbidden|may not|not checked/i);
  t.is(ran.stdout, 'node/moves reassigned (10.244.77.0/24 → 10.244.255.0/24)\n');
});

test.serial('they are enough for reset, rollback, resume, restore and operations too', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await ownsCSINode();
  await grant('operator', 'kubectl-podcidr-operator');
  await grant('operator', 'kubectl-podcidr-search');
  const works = async (...args: string[]) => {
    const ran = await as('operator', ...args);
    t.is(ran.code, 0, `${args.join(' ')}: ${ran.stderr}`);
    t.notRegex(ran.stderr, /forbidden|may not|not checked/i);
    return ran.stdout;
  };
  await works('reset', 'moves', '--yes', NO_RESTART);
  // The newest is the last; those of earlier tests are still on the disk.
  const [id = ''] = (await works('operations')).match(/^\d{8}-\S+/gm)?.slice(-1) ?? [];
  await works('rollback', id, '--yes', '--allow-conflict', '--cooldown=0s');
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.77.0/24');

  await createPods(plane, 'moves', { web: { labels: { app: 'web' } } });
  await createBudget(plane, 1);
  t.is((await reassign('--timeout=1s', NO_RESTART)).code, 3);
  await works('resume', '--yes', '--disable-eviction');
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');

  const file = join(plane.dir, 'moves.json');
  writeFileSync(file, JSON.stringify(await getNode(plane, 'moves')));
  await plane.api.delete('/api/v1/nodes/moves');
  await works('restore', '-f', file, '--yes');
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');
});

test.serial(
  'without the search role the kinds that cannot be listed are named, and --ignore-unlisted goes on',
  async (t) => {
    await createTwins(plane, 'keeps', 'moves');
    await grant('operator', 'kubectl-podcidr-operator');
    const before = await getNode(plane, 'moves');
    const refused = await reassign();
    refusedClearly(t, refused, /cannot be told: .*forbidden.* more kinds; nothing was changed\n.*--ignore-unlisted/s);
    t.deepEqual(standing(await getNode(plane, 'moves')), standing(before));
    const ran = await reassign('--ignore-unlisted');
    t.is(ran.code, 0, ran.stderr);
  },
);

/** What a run goes on without, saying what is lost. */
const isDispensable = ({ resources, resourceNames }: Rule, namespace: string) =>
  ['kube-node-lease', 'default'].includes(namespace) ||
  resourceNames?.[0] === 'kube-controller-manager' ||
  resources[0] === 'pods/exec';

for (const role of ROLES.filter(({ metadata }) => metadata.name === 'kubectl-podcidr-operator')) {
  const { namespace = '' } = role.metadata;
  role.rules.forEach((rule, index) => {
    const [resource = ''] = rule.resources;
    const [verb = ''] = rule.verbs;
    const what = `${verb} ${resource}${rule.resourceNames ? `/${rule.resourceNames}` : ''}${namespace ? ` in ${namespace}` : ''}`;
    const dispensable = isDispensable(rule, namespace);
    // Only this flag needs it.
    const flags = resource === 'pods' && verb === 'delete' ? ['--disable-eviction'] : [];
    test.serial(
      `without the right to ${what} ${dispensable ? 'the plan names it' : 'nothing is begun, and the message names it'}`,
      async (t) => {
        await createTwins(plane, 'keeps', 'moves');
        await ownsCSINode();
        await grant('operator', 'kubectl-podcidr-operator');
        // What a Node owns must be found before a right to change it is missed.
        if (resource === 'csinodes') await grant('operator', 'kubectl-podcidr-search');
        await withoutRule(
          'operator',
          role.metadata.name,
          namespace,
          (_, at) => at === index,
          async () => {
            const ran = await reassign('--dry-run=server', '--ignore-unlisted', ...flags);
            if (dispensable) {
              t.is(ran.code, 0, ran.stderr);
              t.regex(
                ran.stdout,
                new RegExp(`you may not ${rule.verbs.join(', ')} ${resource}.*"resources":\\["${resource}"\\]`),
              );
            } else refusedClearly(t, ran, new RegExp(resource));
          },
        );
      },
    );
  });
}

test.serial(
  'who may not delete pods, or run commands in them, is told what is left; the node moves all the same',
  async (t) => {
    const unschedule = await scheduleDaemonPods(plane);
    t.teardown(unschedule);
    await createTwins(plane, 'keeps', 'moves');
    await deploy(plane, ['keeps', 'moves'], FLANNEL);
    await grant('operator', 'kubectl-podcidr-operator');
    await grant('operator', 'kubectl-podcidr-search');
    const name = String((await podOf(plane, FLANNEL, 'moves'))?.metadata.name);
    for (const [resource, verb, subnet] of [
      ['pods', 'delete', '10.244.9.0/24'],
      ['pods/exec', 'get', '10.244.10.0/24'],
    ] as const) {
      await withoutRule(
        'operator',
        'kubectl-podcidr-operator',
        '',
        ({ resources, verbs }) => resources[0] === resource && verbs[0] === verb,
        async () => {
          const ran = await as('operator', 'reassign', 'moves', `--cidr=${subnet}`, '--yes', '--ignore-daemonsets');
          t.is(ran.code, 0, ran.stderr);
          t.is((await getNode(plane, 'moves')).spec?.podCIDR, subnet);
          const [plan = '', after = ''] = ran.stderr.split('node/moves cordoned');
          t.regex(plan, new RegExp(`you may not .*${resource}: .*; the plan says what is left to you`));
          for (const said of [plan, after]) {
            t.regex(said, /Left to you.*\n {6}ip link del cni0 {2}# on moves\n/s);
            t.is(said.includes(`kubectl delete pod -n kube-system ${name}\n`), resource === 'pods', said);
            t.regex(said, /\n {6}kubectl uncordon moves\n/);
          }
          await plane.api.patch('/api/v1/nodes/moves', { spec: { unschedulable: null } });
        },
      );
    }
  },
);

test.serial('the rules in the message work when they are pasted: no second message follows', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  await ownsCSINode();
  // What the plan itself is made from; everything else comes out of the message.
  await bind('basis', [
    { apiGroups: [''], resources: ['nodes', 'namespaces', 'pods'], verbs: ['get', 'list'] },
    { apiGroups: ['*'], resources: ['*'], verbs: ['list'] },
  ]);
  const refused = await reassign();
  refusedClearly(t, refused, /you may not delete, create, watch, patch nodes; get, create/);
  const [, rules = ''] = /rules: (.*)/.exec(refused.stderr) ?? [];
  await bind('pasted', JSON.parse(rules));
  const ran = await reassign();
  t.is(ran.code, 0, ran.stderr);
});

test.serial('who may not patch what a Node owns is told when something is found', async (t) => {
  await createTwins(plane, 'keeps', 'moves');
  const moves = await getNode(plane, 'moves');
  await plane.api.post('/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
    metadata: { name: 'owned', ownerReferences: ownedBy(moves) },
    spec: { selector: { matchLabels: { a: 'b' } } },
  });
  await grant('operator', 'kubectl-podcidr-operator');
  await grant('operator', 'kubectl-podcidr-search');
  refusedClearly(
    t,
    await reassign(),
    /may not get, patch poddisruptionbudgets\.policy in default, .*"verbs":\["get","patch"\]/s,
  );
  await plane.api.delete('/apis/policy/v1/namespaces/default/poddisruptionbudgets/owned');
});

/** A CSINode, as kubelets make them for Nodes with CSI drivers. */
async function ownsCSINode(): Promise<void> {
  const owner = await getNode(plane, 'moves');
  await plane.api.post('/apis/storage.k8s.io/v1/csinodes', {
    metadata: { name: 'moves', ownerReferences: ownedBy(owner) },
    spec: { drivers: [] },
  });
}

async function bind(name: string, rules: Rule[]): Promise<void> {
  await plane.api.post(`${RBAC}/clusterroles`, { metadata: { name }, rules });
  await plane.api.post(`${RBAC}/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'User', name: 'operator', apiGroup: 'rbac.authorization.k8s.io' }],
  });
  for (const rule of rules) {
    if (!(await until(() => has('operator', rule, 'kube-system'), 10_000))) throw new Error(`${name} is not in force`);
  }
}

/** Runs `body` while one rule of a role of docs/rbac.yaml is taken out. */
async function withoutRule(
  user: string,
  name: string,
  namespace: string,
  isTaken: (rule: Rule, index: number) => boolean,
  body: () => Promise<void>,
): Promise<void> {
  const role = ROLES.find(({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace);
  const taken = role?.rules.find(isTaken);
  if (!role || !taken) throw new Error(`no such rule in ${name}`);
  const change = (rules: Rule[]) => plane.api.patch(pathOf(role), { rules });
  await change(role.rules.filter((rule) => rule !== taken));
  try {
    if (!(await until(async () => !(await has(user, taken, namespace)), 10_000)))
      throw new Error('it is still in force');
    await body();
  } finally {
    await change(role.rules);
    await until(() => has(user, taken, namespace), 10_000);
  }
}

/** One clear message, exit 2, nothing on stdout. */
function refusedClearly(t: import('ava').ExecutionContext, ran: ProgramResult, says: RegExp): void {
  t.is(ran.code, 2, ran.stderr);
  t.is(ran.stdout, '');
  t.regex(ran.stderr, says);
  t.true(ran.stderr.trimEnd().split('\n').length <= 3, ran.stderr);
}
