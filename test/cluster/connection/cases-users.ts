import { type Case, single } from './case.ts';
import type { World } from './world.ts';

/** Users of a kubeconfig: token files, certificates, impersonation. */
export function userCases(world: World): Case[] {
  const { tokens, recorder } = world;
  const admin = { 'client-certificate': 'admin.crt', 'client-key': 'admin.key' };
  const user = (
    name: string,
    me: object,
    args: string[] = [],
    expect: Case['expect'] = 'reaches',
    says?: RegExp,
  ): Case => ({
    name,
    files: { config: single(world, me) },
    args,
    expect,
    ...(says && { says }),
  });
  const plain = { server: `http://${recorder.host}`, 'certificate-authority-data': '' };
  const root = ['--as=system:admin', '--as-group=system:masters'];
  return [
    user('nobody', {}, [], 'fails'),
    user('a token file', { tokenFile: 'viewer.token' }),
    user(
      'a token file that is missing',
      { tokenFile: 'no.token' },
      [],
      'fails',
      /no\.token: no such file or directory/,
    ),
    user('a token file that is empty', { tokenFile: 'empty' }, [], 'fails'),
    user('a token, and a token file that is missing', { token: tokens.viewer, tokenFile: 'no.token' }),
    user('user and password', { username: 'u', password: 'p' }),
    user(
      'user, password and token',
      { username: 'u', password: 'p', token: 'x' },
      [],
      'fails',
      /more than one authentication method found for me/,
    ),
    user(
      'user, password and token file',
      { username: 'u', password: 'p', tokenFile: 'viewer.token' },
      [],
      'fails',
      /bearer token may be set, but not both/,
    ),
    user(
      'a certificate of a strange authority',
      { 'client-certificate': 'stranger.crt', 'client-key': 'stranger.key' },
      [],
      'reaches',
      /You must be logged in/,
    ),
    user('a certificate and a token', { ...admin, token: tokens.viewer }),
    user('a certificate and a wrong token', { ...admin, token: 'wrong' }),
    user('impersonation by flag', admin, ['--as=jane']),
    user('impersonation without the right to it', { token: tokens.viewer }, ['--as=jane']),
    user('impersonation of groups', admin, ['--as=jane', '--as-group=developers', '--as-group=on-call, really']),
    user('impersonation of a uid', admin, ['--as=jane', '--as-uid=1234']),
    user('impersonation of a service account', admin, ['--as=system:serviceaccount:kube-system:default']),
    user('impersonation with letters of all kinds', admin, ['--as=Łukasz 王', '--as-group=große']),
    user('impersonation in the file', {
      ...admin,
      as: 'jane',
      'as-groups': ['a', 'b'],
      'as-uid': '7',
      'as-user-extra': { 'Scopes/x': ['view', 'edit'] },
    }),
    user('impersonation in the file and by flag', { ...admin, as: 'jane', 'as-groups': ['a', 'b'] }, root),
    user('a group in the file, a user by flag', { ...admin, 'as-groups': ['system:masters'] }, ['--as=root']),
    user('a group without a user', admin, ['--as-group=a'], 'fails', /without impersonating a user/),
    user('a uid without a user', admin, ['--as-uid=7'], 'fails', /without impersonating a user/),
    {
      name: 'no credentials in plain HTTP',
      files: { config: single(world, { token: tokens.viewer }, plain) },
      expect: 'reaches',
    },
    {
      name: 'impersonation in plain HTTP',
      files: { config: single(world, { ...admin, as: 'jane', 'as-user-extra': { 'Á b': ['ü'] } }, plain) },
      args: ['--as-group=g'],
      expect: 'reaches',
    },
  ];
}

/** Ways through a proxy. The environment's is not used for loopback, so that only the file's can be seen here. */
export function proxyCases(world: World): Case[] {
  const { tokens, recorder } = world;
  const proxied = (name: string, proxy: string, more: Partial<Case> = {}): Case => ({
    name,
    files: { config: single(world, { token: tokens.viewer }, { 'proxy-url': proxy }) },
    expect: 'reaches',
    ...more,
  });
  return [
    proxied('a proxy', `http://${recorder.host}`),
    proxied('a proxy that wants a password', `http://me:se%20cret@${recorder.host}`),
    proxied('a proxy that refuses', 'http://127.0.0.1:1', { expect: 'fails', says: /was refused/ }),
    proxied('a proxy of no kind', 'gopher://x', {
      expect: 'fails',
      says: /unsupported scheme "gopher", must be http, https, or socks5/,
    }),
    proxied('a proxy to plain HTTP', `http://${recorder.host}`, {
      args: ['-s', 'http://plain.invalid:8001/base'],
      kubectlSince: 27,
    }),
    proxied('the environment’s proxy is not for loopback', '', { env: { HTTPS_PROXY: 'http://127.0.0.1:1' } }),
    proxied('the environment’s proxy to plain HTTP', '', {
      args: ['-s', 'http://plain.invalid:8001'],
      env: { HTTP_PROXY: recorder.host },
    }),
    proxied('the environment’s NO_PROXY', '', {
      args: ['-s', 'http://plain.invalid:8001'],
      env: { HTTP_PROXY: recorder.host, NO_PROXY: 'invalid' },
      expect: 'fails',
      says: /lookup plain\.invalid/,
    }),
  ];
}
