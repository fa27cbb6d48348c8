import test from 'ava';
import { Arguments } from '../../../src/cli/arguments.ts';
import { drainFlags } from '../../../src/cli/flags/drain.ts';
import { Failure } from '../../../src/model/failure.ts';
import { runPodcidr } from '../../harness/program.ts';

const read = (given: Record<string, unknown>) => drainFlags(new Arguments(given, []));

test('without flags nodes are drained as kubectl drain would, but the wait ends', (t) => {
  t.deepEqual(read({}), {
    deleteEmptydirData: false,
    ignoreDaemonsets: false,
    force: false,
    disableEviction: false,
    gracePeriod: -1,
    timeout: 300_000,
    podSelector: '',
    skipWaitForDeleteTimeout: 0,
  });
});

test('--drain=false drains nothing, but a bad value is told all the same', (t) => {
  t.is(read({ drain: false }), undefined);
  t.throws(() => read({ drain: false, timeout: 'x' }), { instanceOf: Failure });
});

test('every flag of kubectl drain is taken', (t) => {
  t.deepEqual(
    read({
      drain: true,
      'delete-emptydir-data': true,
      'ignore-daemonsets': true,
      force: true,
      'disable-eviction': true,
      'grace-period': '0',
      timeout: '1m30s',
      'pod-selector': 'a=b',
      'skip-wait-for-delete-timeout': '7',
    }),
    {
      deleteEmptydirData: true,
      ignoreDaemonsets: true,
      force: true,
      disableEviction: true,
      gracePeriod: 0,
      timeout: 90_000,
      podSelector: 'a=b',
      skipWaitForDeleteTimeout: 7,
    },
  );
});

test("a negative grace period is each pod's own", (t) => {
  t.is(read({ 'grace-period': '-30' })?.gracePeriod, -1);
});

for (const [args, says] of [
  [['--timeout=0'], /--timeout "0" would never end; give a time such as 5m/],
  [['--timeout=0s'], /--timeout "0s" would never end/],
  [['--timeout=-5m'], /--timeout "-5m" would never end/],
  [['--timeout=30'], /--timeout "30" is no duration; write it like 90s, 5m or 1h30m/],
  [['--timeout', 'soon'], /--timeout "soon" is no duration/],
  [['--grace-period=1s'], /--grace-period "1s" is no whole number of seconds/],
  [['--grace-period', '1.5'], /--grace-period "1\.5" is no whole number of seconds/],
  [['--skip-wait-for-delete-timeout=x'], /--skip-wait-for-delete-timeout "x" is no whole number/],
  [['--pod-selector=a=b=c'], /selector "a=b=c"/],
  [['--drain=perhaps'], /--drain is true or false, not "perhaps"/],
  [['--ignore-daemonset'], /unknown flag: --ignore-daemonset; did you mean --ignore-daemonsets\?/],
] as const) {
  test(`${args.join(' ')}: one clear line, exit 2`, async (t) => {
    const ran = await runPodcidr(['reassign', 'a', '--yes', ...args]);
    t.is(ran.code, 2, ran.stderr);
    t.is(ran.stdout, '');
    t.regex(ran.stderr, says);
    t.true(ran.stderr.trimEnd().split('\n').length <= 3, ran.stderr);
  });
}

test('--grace-period takes a negative number as its next word, as kubectl does', async (t) => {
  const args = ['reassign', 'a', '--yes', '--grace-period', '-1', '--server=https://127.0.0.1:1', '--token=x'];
  t.regex((await runPodcidr(args)).stderr, /127\.0\.0\.1:1 was refused/);
});
