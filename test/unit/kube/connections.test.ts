import test from 'ava';
import { forbiddenDeeds } from '../../../src/kube/access.ts';
import { discoverKinds } from '../../../src/kube/discovery.ts';
import { serveHTTP, wireTo } from './server.ts';

const MANY = Array.from({ length: 40 }, (_, index) => `group-${index}.example`);

test('who asks for many rights opens a dozen connections, not one for each', async (t) => {
  const server = await serveHTTP(t, (_, response) => response.end('{"status":{"allowed":true}}'));
  const deeds = MANY.map((group) => ({ verb: 'list', group, resource: 'things', namespace: undefined }));
  t.deepEqual(await forbiddenDeeds(wireTo(t, server.url), deeds), []);
  t.is(server.connections, 12);
});

test('who asks for the kinds of many groups opens a dozen connections, not one for each', async (t) => {
  const groups = MANY.map((name) => ({ name, preferredVersion: { groupVersion: `${name}/v1` } }));
  const resources = [{ name: 'things', kind: 'Thing', namespaced: false, verbs: ['list'] }];
  const server = await serveHTTP(t, ({ url }, response) =>
    response.end(JSON.stringify(url === '/apis' ? { groups } : { resources })),
  );
  const { kinds, unknown } = await discoverKinds(wireTo(t, server.url));
  t.deepEqual([kinds.length, unknown], [MANY.length + 1, []]);
  t.is(server.connections, 12);
});
