import test from 'ava';
import { renewalNotes, renewPods } from '../../../../src/checks/pods/pod-remedy.ts';

const pod = (name: string, more: object = {}) => ({ namespace: 'd', name, mirror: false, controlled: true, ...more });
const bare = (name: string, more: object = {}) => pod(name, { controlled: false, ...more });

test('pods that a controller creates again are deleted, in one command a namespace', (t) => {
  const pods = [pod('b'), pod('a'), pod('c', { namespace: 'shop' })];
  t.is(renewPods(pods), 'kubectl -n d delete pod a b && kubectl -n shop delete pod c');
  t.deepEqual(renewalNotes(pods), []);
});

test('pods that no controller creates again are saved, and created again from what was saved', (t) => {
  t.is(renewPods([bare('x')]), 'kubectl -n d get pod x -o yaml > x.yaml && kubectl replace --force -f x.yaml');
  t.is(
    renewPods([bare('z'), pod('y'), bare('x')]),
    'kubectl -n d delete pod y && kubectl -n d get pod x z -o yaml > x.yaml && kubectl replace --force -f x.yaml',
  );
  t.deepEqual(renewalNotes([bare('x'), pod('y')]), [
    'd/x: no controller creates it again: save it first (kubectl -n d get pod x -o yaml)',
  ]);
});

test('a static pod is never deleted: that changes nothing but the mirror', (t) => {
  const fixed = bare('etcd', { mirror: true });
  t.is(renewPods([fixed]), 'restart 1 static pod on the node: the evidence names it');
  t.is(renewPods([fixed, pod('a')]), 'kubectl -n d delete pod a  # without 1 pod: see the evidence');
  t.deepEqual(renewalNotes([fixed]), ['d/etcd: a static pod keeps its address until it is restarted on the node']);
});

test('a name that no API server accepts becomes no name of a file', (t) => {
  for (const name of ['../../etc/passwd', 'a\nreboot', '-f', 'A']) {
    t.is(renewPods([bare(name)]), 'the names are not valid: no command can name them');
    t.is(renewPods([bare(name), pod('b')]), 'kubectl -n d delete pod b  # without 1 pod: see the evidence');
    t.deepEqual(renewalNotes([bare(name)]), [`d/${name}: no controller creates it again: save it first`]);
  }
});
