import test from 'ava';
import { readTap } from '../../../scripts/lib/suite/tap.ts';

test('the last line of scripts/test counts what ran: skipped tests are neither passed nor failed', (t) => {
  const tap = [
    'TAP version 13',
    'ok 1 - a',
    'not ok 2 - b',
    '  ---',
    '    message: no',
    '  ...',
    'ok 3 - c # SKIP',
    '1..3',
  ];
  const { passed, failed, failures } = readTap(tap.join('\n'));
  t.deepEqual([passed, failed], [1, 1]);
  t.deepEqual(failures, ['not ok 2 - b\n  ---\n    message: no\n  ...']);
});

test('nothing that ran is nothing passed', (t) => {
  t.deepEqual(readTap(''), { passed: 0, failed: 0, failures: [] });
});
