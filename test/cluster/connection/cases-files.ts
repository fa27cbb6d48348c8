import { type Case, kubeconfig, plane, single } from './case.ts';
import { base64, type World } from './world.ts';

/** Which kubeconfig files count, and which of their entries. */
export function fileCases(world: World): Case[] {
  const { tokens, alice, admin, recorder } = world;
  const as = (name: 'viewer' | 'operator' | 'nobody') => ({ token: tokens[name] });
  const http = { server: `http://${recorder.host}` };
  const one = kubeconfig({
    current: 'shared',
    clusters: { plane: plane(world), shared: plane(world) },
    users: { viewer: as('viewer'), same: as('viewer') },
    contexts: { shared: ['plane', 'same'], viewer: ['plane', 'viewer'] },
  });
  const two = kubeconfig({
    current: 'two',
    clusters: { shared: http },
    users: { operator: as('operator'), same: as('operator') },
    contexts: { two: ['plane', 'operator'], shared: ['shared', 'same'] },
  });
  const files = { one, two, empty: '' };
  const paths = {
    clusters: [{ name: 'plane', cluster: { server: world.plane.server, 'certificate-authority': '../ca.crt' } }],
    users: [{ name: 'me', user: { 'client-certificate': '../alice.crt', 'client-key': '../alice.key' } }],
    contexts: [{ name: 'only', context: { cluster: 'plane', user: 'me' } }],
    'current-context': 'only',
  };
  return [
    { name: 'KUBECONFIG list: the first wins', files, kubeconfig: ['one', 'two'], expect: 'reaches' },
    { name: 'KUBECONFIG list, the other way round', files, kubeconfig: ['two', 'one'], expect: 'reaches' },
    {
      name: 'a context that only the second file has',
      files,
      kubeconfig: ['one', 'two'],
      args: ['--context=two'],
      expect: 'reaches',
    },
    {
      name: 'a context of both files',
      files,
      kubeconfig: ['two', 'one'],
      args: ['--context=shared'],
      expect: 'reaches',
    },
    {
      name: 'a user of the second file',
      files,
      kubeconfig: ['one', 'two'],
      args: ['--user=operator'],
      expect: 'reaches',
    },
    {
      name: 'missing and empty files in the list',
      files,
      kubeconfig: ['no', 'empty', '', 'two', 'one', 'two'],
      expect: 'reaches',
    },
    {
      name: 'only missing files',
      kubeconfig: ['no', 'nor'],
      expect: 'fails',
      says: /The connection to the server localhost:8080 was refused/,
    },
    {
      name: '--kubeconfig before KUBECONFIG',
      files,
      kubeconfig: ['one'],
      args: ['--kubeconfig=two', '--context=shared'],
      expect: 'reaches',
    },
    {
      name: '--kubeconfig that does not exist',
      files,
      kubeconfig: ['one'],
      args: ['--kubeconfig=no'],
      expect: 'fails',
      says: /stat no: no such file or directory/,
    },
    {
      name: '~/.kube/config',
      files: { '.kube/config': single(world, as('viewer')) },
      env: { KUBECONFIG: '' },
      expect: 'reaches',
    },
    {
      name: 'no kubeconfig at all',
      files: { '.kube/config': '' },
      env: { KUBECONFIG: '' },
      expect: 'fails',
      says: /localhost:8080 was refused/,
    },
    {
      name: 'KUBERNETES_MASTER without a kubeconfig',
      env: { KUBECONFIG: '', KUBERNETES_MASTER: http.server },
      expect: 'reaches',
    },
    {
      name: 'paths relative to the file',
      files: { 'deep/config': paths },
      kubeconfig: ['deep/config'],
      expect: 'reaches',
    },
    {
      name: 'data of certificates',
      files: {
        config: single(world, { 'client-certificate-data': base64(alice.cert), 'client-key-data': base64(alice.key) }),
      },
      expect: 'reaches',
    },
    { name: 'YAML with anchors and comments', files: { config: yaml(world) }, expect: 'reaches' },
    {
      name: 'broken YAML',
      files: { config: 'clusters: [' },
      expect: 'fails',
      says: /error loading config file ".*config": yaml: /,
    },
    {
      name: 'one broken file of two',
      files: { one, broken: '\tx' },
      kubeconfig: ['one', 'broken'],
      expect: 'fails',
      says: /error loading config file ".*broken": /,
    },
    { name: 'a binary file', files: { config: '\u0000\u0001' }, expect: 'fails', says: /error loading config file/ },
    {
      name: 'a file of another kind',
      files: { config: { apiVersion: 'v1', kind: 'Pod' } },
      expect: 'fails',
      says: /error loading config file/,
    },
    { name: 'a folder', files: { 'folder/x': '' }, kubeconfig: ['folder'], expect: 'fails', says: /is a directory/ },
    {
      name: 'a token that is a number',
      files: { config: single(world, { token: 12345 }) },
      expect: 'fails',
      says: /error loading config file/,
    },
    {
      name: 'data that is no base64',
      files: { config: single(world, as('viewer'), { 'certificate-authority-data': '*' }) },
      expect: 'fails',
      says: /illegal base64/,
    },
    {
      name: 'a name twice in one file',
      files: {
        config: {
          ...single(world, as('viewer')),
          users: [
            { name: 'me', user: {} },
            { name: 'me', user: {} },
          ],
        },
      },
      expect: 'fails',
      says: /duplicate name "me"/,
    },
    {
      name: 'a key twice in YAML: the last wins',
      files: { config: `${yaml(world)}current-context: admin\n` },
      expect: 'reaches',
    },
    {
      name: 'a current-context that does not exist',
      files: { config: { ...single(world, {}), 'current-context': 'gone' } },
      expect: 'fails',
      says: /context was not found for specified context: gone/,
    },
    {
      name: 'a context whose cluster does not exist',
      files: { config: kubeconfig({ current: 'a', contexts: { a: ['b', 'c'] } }) },
      expect: 'fails',
      says: /localhost:8080 was refused/,
    },
    {
      name: 'a context without a user',
      files: { config: kubeconfig({ current: 'a', clusters: { b: plane(world) }, contexts: { a: ['b', ''] } }) },
      expect: 'fails',
    },
    {
      name: 'certificate data and file of one user',
      files: {
        config: single(world, {
          'client-certificate-data': base64(admin.cert),
          'client-certificate': 'admin.crt',
          'client-key': 'admin.key',
        }),
      },
      expect: 'fails',
      says: /are both specified for me/,
    },
  ];
}

function yaml(world: World): string {
  return `# made by hand
apiVersion: v1
kind: Config
clusters:
  - name: &plane "plane"
    cluster: {server: '${world.plane.server}', certificate-authority: ca.crt}
users:
  - name: viewer
    user:
      token: >-
        ${world.tokens.viewer}
  - name: admin
    user: &admin
      client-certificate: admin.crt
      client-key: ./admin.key
  - name: same
    user:
      <<: *admin
contexts:
  - {name: viewer, context: {cluster: *plane, user: viewer}}
  - {name: admin, context: {cluster: *plane, user: same}}
current-context: viewer
`;
}
