import { type Case, kubeconfig, plane, single } from './case.ts';
import { base64, type World } from './world.ts';

/** Flags that change what the kubeconfig says. */
export function flagCases(world: World): Case[] {
  const { tokens, admin, alice, recorder, plane: cp } = world;
  const viewer = { token: tokens.viewer };
  const pair = (of: { cert: string; key: string }) => ({
    'client-certificate-data': base64(of.cert),
    'client-key-data': base64(of.key),
  });
  const both = kubeconfig({
    current: 'viewer',
    clusters: {
      plane: plane(world),
      plain: { server: `http://${recorder.host}` },
      strange: { server: cp.server, 'certificate-authority': 'strange-ca.crt' },
    },
    users: {
      viewer,
      alice: pair(alice),
      basic: { username: 'u', password: 'p' },
      file: { tokenFile: 'operator.token' },
      both: { token: tokens.viewer, tokenFile: 'operator.token' },
    },
    contexts: {
      viewer: ['plane', 'viewer'],
      alice: ['plane', 'alice'],
      strange: ['strange', 'viewer'],
      basic: ['plane', 'basic'],
      file: ['plane', 'file'],
      both: ['plane', 'both'],
    },
  });
  const files = { config: both };
  const flags = (name: string, args: string[], expect: Case['expect'] = 'reaches', says?: RegExp): Case => ({
    name: `${name}: ${args.map((arg) => arg.replace(/=(?=[0-9a-f]{32}).*/, '=…').replace(/127\.0\.0\.1:\d+/, 'HOST')).join(' ')}`,
    files,
    args,
    expect,
    ...(says && { says }),
  });
  const noConfig = ['--kubeconfig=empty', '-s', cp.server, '--certificate-authority=ca.crt'];
  return [
    flags('another context', ['--context=alice']),
    flags('an unknown context', ['--context=x'], 'fails', /context "x" does not exist/),
    flags('another user', ['--user=alice']),
    flags('an unknown user', ['--user=x'], 'fails', /auth info "x" does not exist/),
    flags('another cluster', ['--cluster=plain']),
    flags('an unknown cluster', ['--cluster=x'], 'fails', /cluster "x" does not exist/),
    flags('context and user', ['--context=strange', '--user=alice', '--cluster=plane']),
    flags('another server', ['-s', `http://${recorder.host}`]),
    flags('another server by name', ['--server', cp.server.replace('127.0.0.1', 'localhost')]),
    flags('a server without a scheme', ['-s', recorder.host]),
    { ...flags('a server with a path', ['-s', `http://${recorder.host}/k8s/clusters/x/`]), kubectlSince: 27 },
    flags('a server that is no URL', ['-s', 'ftp://x'], 'fails'),
    flags('another token', [`--token=${tokens.operator}`]),
    flags('a wrong token', ['--token=wrong'], 'reaches', /You must be logged in to the server/),
    flags('a token for a user with a certificate', ['--context=alice', `--token=${tokens.operator}`]),
    flags('a token for a user with a token file', ['--context=file', `--token=${tokens.viewer}`]),
    flags('token and token file in the file', ['--context=both']),
    flags(
      'a token for a user with a password',
      ['--context=basic', `--token=${tokens.operator}`],
      'fails',
      /more than one authentication method found for basic/,
    ),
    flags('a certificate for a user with a token', ['--client-certificate=alice.crt', '--client-key=alice.key']),
    {
      ...flags('another certificate', ['--context=alice', '--client-certificate=admin.crt', '--client-key=admin.key']),
      kubectlSince: 27,
    },
    flags(
      'a certificate without a key',
      ['--client-certificate=alice.crt'],
      'fails',
      /client-key-data or client-key must be specified/,
    ),
    flags(
      'a certificate that is missing',
      ['--client-certificate=no.crt', '--client-key=alice.key'],
      'fails',
      /unable to read client-cert no\.crt/,
    ),
    flags('a certificate that is none', ['--client-certificate=garbage', '--client-key=alice.key'], 'fails'),
    flags('a key of another certificate', ['--client-certificate=alice.crt', '--client-key=admin.key'], 'fails'),
    flags('no kubeconfig, all by flags', [...noConfig, `--token=${tokens.viewer}`]),
    flags('no kubeconfig, nobody', noConfig, 'fails'),
    flags('no kubeconfig, a certificate', [...noConfig, '--client-certificate=admin.crt', '--client-key=admin.key']),
    flags(
      'another authority',
      ['--certificate-authority=strange-ca.crt'],
      'fails',
      /certificate signed by unknown authority/,
    ),
    flags('the right authority', ['--context=strange', '--certificate-authority=ca.crt']),
    flags(
      'an authority that is missing',
      ['--certificate-authority=no.crt'],
      'fails',
      /unable to read certificate-authority no\.crt/,
    ),
    flags(
      'an authority that is none',
      ['--certificate-authority=garbage'],
      'fails',
      /unable to load root certificates/,
    ),
    flags('the wrong authority in the file', ['--context=strange'], 'fails', /certificate signed by unknown authority/),
    flags('no check', ['--context=strange', '--insecure-skip-tls-verify']),
    flags(
      'no check and an authority',
      ['--insecure-skip-tls-verify', '--certificate-authority=ca.crt'],
      'fails',
      /root certificates file with the insecure flag/,
    ),
    flags('another server name', ['--tls-server-name=kubernetes.default.svc']),
    flags(
      'a wrong server name',
      ['--tls-server-name=other'],
      'fails',
      /certificate is valid for .*localhost.*, not other/,
    ),
    flags('an address as server name', ['--tls-server-name=10.96.0.1']),
    {
      name: 'a server name in the file',
      files: { config: single(world, viewer, { 'tls-server-name': 'other' }) },
      expect: 'fails',
      says: /not other/,
    },
    {
      name: 'a server name in the file and another server',
      files: { config: single(world, viewer, { 'tls-server-name': 'other' }) },
      args: ['-s', cp.server],
      expect: 'reaches',
    },
    {
      name: 'no check in the file',
      files: {
        config: single(world, pair(admin), { 'certificate-authority-data': '', 'insecure-skip-tls-verify': true }),
      },
      expect: 'reaches',
    },
    {
      name: 'no check in the file, an authority by flag',
      files: { config: single(world, viewer, { 'certificate-authority-data': '', 'insecure-skip-tls-verify': true }) },
      args: ['--certificate-authority=strange-ca.crt'],
      expect: 'fails',
    },
    {
      name: 'no authority at all',
      files: { config: single(world, viewer, { 'certificate-authority-data': '' }) },
      expect: 'fails',
      says: /unknown authority/,
    },
    flags('time enough', ['--request-timeout=30s']),
    flags('time enough in seconds', ['--request-timeout=30']),
    flags('no time limit', ['--request-timeout=0']),
    flags(
      'a time that is none',
      ['--request-timeout=soon'],
      'fails',
      /Invalid timeout value\. Timeout must be a single integer/,
    ),
    flags(
      'a server that says nothing',
      ['-s', `http://${world.mute}`, '--request-timeout=300ms'],
      'fails',
      /Unable to connect to the server/,
    ),
    flags(
      'a TLS server that says nothing',
      ['-s', `https://${world.mute}`, '--request-timeout=300ms'],
      'fails',
      /Unable to connect to the server/,
    ),
    flags(
      'a server that refuses',
      ['-s', 'https://127.0.0.1:1'],
      'fails',
      /The connection to the server 127\.0\.0\.1:1 was refused/,
    ),
    flags(
      'a server of no name',
      ['-s', 'https://no.such.host.invalid'],
      'fails',
      /Unable to connect to the server: dial tcp: lookup no\.such\.host\.invalid/,
    ),
    flags('plain HTTP where TLS is meant', ['-s', `https://${recorder.host}`], 'fails'),
    flags('TLS where plain HTTP is meant', ['-s', cp.server.replace('https', 'http')], 'fails'),
  ];
}
