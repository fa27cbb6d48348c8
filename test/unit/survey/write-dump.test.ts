import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { load } from 'js-yaml';
import { CLUSTER_CODES } from '../../../src/checks/catalogue.ts';
import { runDump } from '../../../src/commands/dump.ts';
import { runList } from '../../../src/commands/list.ts';
import { readLostNodes } from '../../../src/commands/lost-nodes.ts';
import { runValidate } from '../../../src/commands/validate.ts';
import { Failure } from '../../../src/model/failure.ts';
import type { RawObject } from '../../../src/model/json.ts';
import { COLLECTION_NAMES, COLLECTIONS } from '../../../src/survey/collections.ts';
import { readObjects } from '../../../src/survey/dump/objects.ts';
import { schemaErrors } from '../../harness/schema.ts';
import { fixture, testContext } from '../commands/support.ts';

const FIXTURES = CLUSTER_CODES.flatMap((code) =>
  readdirSync(fixture(`checks/${code}`)).map((file) => fixture(`checks/${code}/${file}`)),
);

/** What dump makes of a text. */
async function dump(text: string, more: { redact?: boolean; output?: 'json' | 'yaml' } = {}): Promise<string> {
  const context = testContext(text);
  await runDump(context, {
    words: [],
    output: 'yaml',
    redact: false,
    flannelStore: undefined,
    filenames: ['-'],
    connection: {},
    ...more,
  });
  return context.printed.out;
}

const source = { filenames: ['-'], settings: {}, connection: {} };

async function validate(text: string) {
  const context = testContext(text);
  const args = {
    words: [],
    output: 'json' as const,
    only: [],
    skip: [],
    failOn: 'error' as const,
    flannelStore: undefined,
    ...source,
  };
  const code = await runValidate(context, args);
  return { code, ...context.printed };
}

async function list(text: string) {
  const context = testContext(text);
  const args = { names: [], output: 'wide', selector: undefined, sortBy: undefined, noHeaders: false, ...source };
  const code = await runList(context, args);
  return { code, ...context.printed };
}

for (const path of FIXTURES) {
  const text = readFileSync(path, 'utf8');
  const name = path.split('/').slice(-2).join('/');

  test(`validate and list -o wide say the same of ${name} and of the dump made of it`, async (t) => {
    for (const output of ['json', 'yaml'] as const) {
      const made = await dump(text, { output });
      t.deepEqual(await validate(made), await validate(text));
      t.deepEqual(await list(made), await list(text));
    }
  });

  test(`validate says the same of ${name} redacted, names aside, and none of its names is left`, async (t) => {
    const made = await dump(text, { redact: true });
    const names = namesOf(text);
    const [ours, theirs] = [await validate(made), await validate(text)];
    t.is(ours.code, theirs.code);
    t.deepEqual(anonymous(ours.out, []), anonymous(theirs.out, names));
    for (const one of names) t.notRegex(made, word(one), one);
  });
}

/** Names of the Nodes, pods and their namespaces of a dump, the longest first; a kube-controller-manager keeps what tells it. */
const namesOf = (text: string): string[] =>
  readObjects(text, 'fixture')
    .filter(({ object }) => object.kind === 'Node' || object.kind === 'Pod')
    .flatMap(({ object }) => [String(object.metadata?.name), String(object.metadata?.namespace ?? '')])
    .filter((name) => !/^(kube-.*|default|)$/.test(name) || name.startsWith('kube-flannel-'))
    .sort((a, b) => b.length - a.length);

const word = (name: string) => new RegExp(`(?<![\\w.-])${name.replaceAll('.', '\\.')}(?![\\w.])`, 'g');

/** The findings, in an order that does not depend on names, with NODE for each name. */
function anonymous(report: string, names: string[]) {
  const plain = names
    .reduce(
      (rest, name) =>
        rest.replaceAll(new RegExp(`(?<![\\w.])${name.replaceAll('.', '\\.')}(?![A-Za-z\\d.])`, 'g'), 'NODE'),
      // A remedy saves a pod to a file of its name.
      report.replaceAll('.yaml', ''),
    )
    .replaceAll(/(node|pod|namespace)-\d+/g, 'NODE')
    .replaceAll(/[\da-f]{8}-[\da-f-]{27}|uid-of-[\w-]+/g, 'UID')
    .replaceAll(/[\da-f]{32}|machine-\d+/g, 'MACHINE')
    .replaceAll(/by \S+\)/g, 'by SOMEBODY)');
  const { findings, ...rest } = JSON.parse(plain);
  return { ...rest, findings: findings.map((finding: object) => JSON.stringify(finding)).sort() };
}

const SECRET = 'hunter2';

const NODE: RawObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'payroll-db-1.example.com',
    uid: 'u1',
    creationTimestamp: '2026-10-01T00:00:00Z',
    labels: { 'example.com/team': 'payroll', 'node-role.kubernetes.io/control-plane': '' },
    annotations: {
      'kube-router.io/peer.passwords': SECRET,
      'kubectl.kubernetes.io/last-applied-configuration': SECRET,
      'flannel.alpha.coreos.com/public-ip': '192.168.0.1',
    },
    managedFields: [{ manager: SECRET }],
  },
  spec: {
    podCIDR: '10.244.1.0/24',
    podCIDRs: ['10.244.1.0/24'],
    providerID: SECRET,
    taints: [{ key: 'payroll', effect: 'NoSchedule' }],
  },
  status: {
    addresses: [
      { type: 'InternalIP', address: '192.168.0.1' },
      { type: 'Hostname', address: 'payroll-db-1.example.com' },
    ],
    conditions: [{ type: 'Ready', status: 'True', message: SECRET }],
    images: [{ names: [SECRET] }],
  },
};

const POD: RawObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'kube-controller-manager-payroll-db-1.example.com',
    namespace: 'kube-system',
    labels: { component: 'kube-controller-manager', x: SECRET },
  },
  spec: {
    nodeName: 'payroll-db-1.example.com',
    hostNetwork: true,
    containers: [
      {
        name: 'kube-controller-manager',
        command: [
          'kube-controller-manager',
          `--token=${SECRET}`,
          '--cluster-cidr',
          '10.244.0.0/16',
          '--allocate-node-cidrs',
        ],
        env: [{ name: 'PASSWORD', value: SECRET }],
      },
    ],
    volumes: [{ name: SECRET }],
  },
};

const OTHER: RawObject = {
  ...POD,
  metadata: { name: 'payroll-0', namespace: 'payroll', annotations: { password: SECRET } },
  status: { podIP: '10.244.1.7', podIPs: [{ ip: '10.244.1.7' }], phase: 'Running' },
};

const SECRETS = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', namespace: 'default' },
  data: { p: SECRET },
};

const EVENT: RawObject = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'payroll-db-1.example.com.18ea32ac9c219ca4', namespace: 'default', annotations: { p: SECRET } },
  involvedObject: { kind: 'Node', name: 'payroll-db-1.example.com', uid: 'u1' },
  reason: 'CIDRNotAvailable',
  message: 'Node payroll-db-1.example.com status is now: CIDRNotAvailable',
};

const LEASE: RawObject = {
  apiVersion: 'kubectl-podcidr/v1',
  kind: 'FlannelLease',
  metadata: { name: '10.5.10.0-24' },
  key: '/payroll/network/subnets/10.5.10.0-24',
  api: 3,
  value: JSON.stringify({
    PublicIP: '192.168.0.1',
    BackendType: 'ipsec',
    BackendData: { PSK: SECRET, VtepMAC: 'ba:1' },
  }),
  ttl: 80_000,
};

const CLUSTER = JSON.stringify([
  NODE,
  POD,
  OTHER,
  EVENT,
  LEASE,
  SECRETS,
  { ...SECRETS, kind: 'ConfigMap', metadata: { name: 'c', namespace: 'kube-system' } },
]);

test('a dump holds nothing but what is read: no env, no other flags, annotations or kinds, no managedFields', async (t) => {
  const made = await dump(CLUSTER);
  t.notRegex(made, new RegExp(SECRET));
  t.regex(made, /example\.com\/team: payroll/, 'labels are whole: -l may ask for any');
  t.deepEqual((await validate(made)).out, (await validate(CLUSTER)).out);
});

test('a redacted dump names no node, pod, namespace, taint or label of the operator', async (t) => {
  const made = await dump(CLUSTER, { redact: true });
  t.notRegex(made, /payroll|example\.com|u1/);
  for (const kept of [
    '10.244.1.7',
    '192.168.0.1',
    'node-role.kubernetes.io/control-plane',
    '--cluster-cidr=10.244.0.0/16',
    '/prefix/subnets/10.5.10.0-24',
    'ba:1',
  ]) {
    t.true(made.includes(kept), kept);
  }
});

test('redacted twice is redacted once, and the order of names is kept', async (t) => {
  const node = (name: string): RawObject => ({ ...NODE, metadata: { name } });
  const names = ['b', 'a10', 'a9', 'c', 'B', ...'defghij'];
  const made = await dump(JSON.stringify(names.map(node)), { redact: true });
  const renamed = (load(made) as { items: RawObject[] }).items.slice(1).map(({ metadata }) => metadata?.name);
  t.deepEqual(
    renamed,
    names.map((_, index) => `node-${String(index + 1).padStart(2, '0')}`),
  );
  t.is(await dump(made, { redact: true }), made);
});

test('a dump says when it was made and what is not in it, as its schema has it', async (t) => {
  const [note] = JSON.parse(await dump(JSON.stringify(NODE), { output: 'json' })).items;
  t.is(schemaErrors('cluster-dump', note), '');
  t.like(note, { kind: 'ClusterDump', redacted: false, time: '2026-10-01T00:00:00.000Z' });
  t.deepEqual(
    note.missing.map(({ collection }: { collection: string }) => collection),
    COLLECTION_NAMES.filter((name) => COLLECTIONS[name].told !== 'rare'),
  );
  const again = await validate(await dump(JSON.stringify(NODE)));
  t.deepEqual(again, await validate(JSON.stringify(NODE)));
});

test('a dump is refused as a backup', async (t) => {
  const made = await dump(CLUSTER);
  await t.throwsAsync(readLostNodes(testContext(made).streams, ['-']), {
    instanceOf: Failure,
    message: 'standard input is no backup: kubectl podcidr dump keeps a few fields of each Node',
  });
});

test('hostile names come back from a dump as they were, and cannot act on a terminal', async (t) => {
  const hostile = { ...NODE, metadata: { ...NODE.metadata, name: '\u001b[31m\u202e"x' } };
  for (const output of ['json', 'yaml'] as const) {
    const made = await dump(JSON.stringify(hostile), { output });
    t.false(made.includes('\u001b') || made.includes('\u202e'));
    t.deepEqual(await list(made), await list(JSON.stringify(hostile)));
  }
});
