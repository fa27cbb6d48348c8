import { readFileSync } from 'node:fs';
import test from 'ava';
import { load } from 'js-yaml';
import { CLUSTER_CODES } from '../../../src/checks/catalogue.ts';
import { runValidate, type ValidateArgs } from '../../../src/commands/validate.ts';
import { Failure } from '../../../src/model/failure.ts';
import { schemaErrors } from '../../harness/schema.ts';
import { fixture, testContext } from './support.ts';

const args = (file: string, more: Partial<ValidateArgs> = {}): ValidateArgs => ({
  words: [],
  output: 'table',
  only: [],
  skip: [],
  failOn: 'error',
  flannelStore: undefined,
  filenames: [fixture(`checks/${file}.yaml`)],
  settings: {},
  connection: {},
  ...more,
});

async function validate(file: string, more: Partial<ValidateArgs> = {}) {
  const context = testContext();
  const code = await runValidate(context, args(file, more));
  return { code, ...context.printed };
}

/** Said of a dump of nodes and pods alone. */
const NOT_JUDGED =
  'not judged: OperationInterrupted, SubnetOutsideCNINetwork, ClusterCIDRMismatch, ControllerManagerDown, AllocatorsConflict, AllocationFailed, DependentUnowned, PodSandboxFailed, FlannelAnnotationsMissing (the dump has no CSINode, ConfigMap, DaemonSet, Deployment, Event or Lease)\n';

test('errors exit 1, with the report on stdout and the last words on stderr', async (t) => {
  const { code, out, err } = await validate('SubnetDuplicate/raises');
  t.is(code, 1);
  t.regex(out, /^ERRORS \(2\)\n\nSubnetDuplicate {2}2 nodes share 10\.244\.0\.0\/24\n/);
  t.is(err, `${NOT_JUDGED}What a code means: kubectl podcidr explain SubnetDuplicate\n4 nodes: 2 errors\n`);
});

test('a cluster without a fault exits 0 and says so', async (t) => {
  t.deepEqual(await validate('SubnetDuplicate/near-miss'), {
    code: 0,
    out: '',
    err: `${NOT_JUDGED}3 nodes: nothing wrong was found\n`,
  });
});

for (const [file, failOn, expected] of [
  ['SubnetMaskDiffers/raises', 'error', 0],
  ['SubnetMaskDiffers/raises', 'warning', 1],
  ['SubnetMaskDiffers/raises', 'info', 1],
  ['SubnetDuplicate/raises', 'warning', 1],
  ['SubnetDuplicate/raises', 'never', 0],
] as const) {
  test(`--fail-on=${failOn} exits ${expected} on ${file}`, async (t) =>
    t.is((await validate(file, { failOn })).code, expected));
}

test('--only and --skip choose the checks, in any case of letters', async (t) => {
  const codes = async (more: Partial<ValidateArgs>) =>
    JSON.parse((await validate('SubnetOverlap/raises', { output: 'json', ...more })).out).findings.map(
      ({ code }: { code: string }) => code,
    );
  t.deepEqual(await codes({}), ['SubnetDuplicate', 'SubnetOverlap', 'PoolExhausted', 'SubnetMaskDiffers']);
  t.deepEqual(await codes({ only: ['subnetoverlap'] }), ['SubnetOverlap']);
  t.deepEqual(await codes({ skip: ['SubnetOverlap'] }), ['SubnetDuplicate', 'PoolExhausted', 'SubnetMaskDiffers']);
});

test('a setting given by flag is judged by, and what is unknown is said', async (t) => {
  const settings = { serviceClusterIPRange: '10.244.31.0/24' };
  const report = JSON.parse((await validate('SubnetMaskDiffers/near-miss', { output: 'json' })).out);
  t.deepEqual(
    report.skipped
      .filter(({ reason }: { reason: string }) => reason.includes('give it with'))
      .map(({ code }: { code: string }) => code),
    ['SubnetOverlapsServices', 'ClusterCIDROverlapsServices'],
  );
  t.regex(
    (await validate('SubnetDuplicate/raises', { settings })).out,
    /SubnetOverlapsServices {2}2 nodes have subnets that overlap the service range/,
  );
});

test('a cluster CIDR with host bits is accepted and warned of, once', async (t) => {
  const host = async (more: Partial<ValidateArgs> = {}) => validate('SubnetOutsideClusterCIDR/near-miss', more);
  const { code, out, err } = await host();
  t.is(code, 0);
  t.regex(
    out,
    /ClusterCIDRHostBits {2}the cluster CIDR 10\.244\.0\.0\/12 has host bits: [^\n]* takes it as 10\.240\.0\.0\/12\n/,
  );
  t.notRegex(err, /host bits/);
  t.regex(
    (await host({ skip: ['ClusterCIDRHostBits'] })).err,
    /^Warning: cluster CIDR 10\.244\.0\.0\/12 has host bits/,
  );
});

/** A cluster with calico, two of whose nodes have one subnet, which matters to nobody. */
const CALICO = readFileSync(fixture('healthy/calico.yaml'), 'utf8').replaceAll('10.244.2.0/24', '10.244.1.0/24');

async function validateCalico(more: Partial<ValidateArgs> = {}) {
  const context = testContext(CALICO);
  const code = await runValidate(context, args('', { filenames: ['-'], ...more }));
  return { code, ...context.printed };
}

const IGNORED = 'calico gives pods addresses without spec.podCIDR';

test('checks that are silent because the CNI does without subnets are told as not judged, in one line', async (t) => {
  t.deepEqual(await validateCalico({ only: ['SubnetDuplicate'] }), {
    code: 0,
    out: '',
    err: `not judged: SubnetDuplicate (${IGNORED})\n3 nodes: nothing was judged\n`,
  });
  const { err } = await validateCalico({ skip: ['CNIIgnoresPodCIDR'] });
  t.regex(
    err,
    /^not judged: SubnetMissing, .*, FlannelPodFailing \(calico gives pods .*\)\n3 nodes: nothing wrong was found\n$/,
  );
  const { skipped } = JSON.parse((await validateCalico({ only: ['PodStray'], output: 'json' })).out);
  t.deepEqual(skipped, [{ code: 'PodStray', reason: IGNORED }]);
});

test('where the finding itself says that nothing else is judged, nothing is added', async (t) => {
  const { code, err } = await validateCalico();
  t.is(code, 0);
  t.is(err, 'What a code means: kubectl podcidr explain CNIIgnoresPodCIDR\n3 nodes: 1 for information\n');
});

test('an operation that was not finished is told once: as a finding, or else as a warning', async (t) => {
  const warning = /^Warning: operation \S+ \(reassign by root@bastion-1\) is not finished/;
  const found = await validate('OperationInterrupted/raises');
  t.regex(found.out, /^ERRORS \(1\)\n\nOperationInterrupted /);
  t.notRegex(found.err, /Warning/);
  t.regex((await validate('OperationInterrupted/raises', { only: ['SubnetMissing'] })).err, warning);
});

test('without the journal nobody knows whether an operation was left unfinished', async (t) => {
  t.deepEqual(await validate('SubnetDuplicate/raises', { only: ['OperationInterrupted'] }), {
    code: 0,
    out: '',
    err: 'not judged: OperationInterrupted (the dump has no ConfigMap)\n4 nodes: nothing was judged\n',
  });
});

test('every report is a ValidationReport as its schema says, in JSON and in YAML', async (t) => {
  for (const code of CLUSTER_CODES) {
    const report = JSON.parse((await validate(`${code}/raises`, { output: 'json' })).out);
    t.is(schemaErrors('validation-report', report), '');
    t.deepEqual(load((await validate(`${code}/raises`, { output: 'yaml' })).out), report);
  }
});

for (const [more, expected] of [
  [{ only: ['SubnetDuplicat'] }, /^there is no finding code "SubnetDuplicat"; did you mean SubnetDuplicate\?$/],
  [{ skip: ['subnetmising'] }, /did you mean SubnetMissing\?/],
  [{ only: ['RouteMissing'] }, /^RouteMissing is seen on the node alone$/],
  [{ only: ['SubnetMissing'], skip: ['SubnetMissing'] }, /leave no check to run/],
  [{ words: ['worker-1'] }, /validate takes no "worker-1"/],
] as const) {
  test(`bad input is one line, and nothing is on stdout: ${JSON.stringify(more)}`, async (t) => {
    const context = testContext();
    const bad = args('SubnetDuplicate/raises', more as unknown as Partial<ValidateArgs>);
    await t.throwsAsync(runValidate(context, bad), { instanceOf: Failure, message: expected });
    t.is(context.printed.out, '');
  });
}
