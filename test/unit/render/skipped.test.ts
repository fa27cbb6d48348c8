import test from 'ava';
import { renderSkipped } from '../../../src/render/skipped.ts';

const skipped = (...pairs: [code: string, reason: string][]) =>
  renderSkipped(pairs.map(([code, reason]) => ({ code, reason })));

test('checks with one reason stand in one line, escaped', (t) => {
  t.deepEqual(skipped(['A', 'r\u001b'], ['B', 'other'], ['C', 'r\u001b']), [
    'not judged: A, C (r^[)',
    'not judged: B (other)',
  ]);
});

test('all that a dump lacks is one line', (t) => {
  t.deepEqual(
    skipped(
      ['A', 'the dump has no Pod'],
      ['B', 'the dump has no Lease or CSINode'],
      ['C', 'the dump has no DaemonSet; the dump has no pod of kube-controller-manager'],
    ),
    ['not judged: A, B, C (the dump has no CSINode, DaemonSet, Lease or Pod)'],
  );
  t.deepEqual(skipped(['A', 'the dump has no pod of flannel']), ['not judged: A (the dump has no pod of flannel)']);
});

test('what flags would give is named with all of them, apart from what they would not', (t) => {
  const lacks = 'the dump has no pod of kube-controller-manager';
  t.deepEqual(
    skipped(['A', `${lacks}; give it with --x`], ['B', lacks], ['C', `${lacks}; give it with --y`], ['D', lacks]),
    [`not judged: A, C (${lacks}; give them with --x and --y)`, `not judged: B, D (${lacks})`],
  );
  t.deepEqual(skipped(['A', 'pods is forbidden; give it with --x']), [
    'not judged: A (pods is forbidden; give it with --x)',
  ]);
});
