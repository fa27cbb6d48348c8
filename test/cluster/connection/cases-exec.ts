import { type Case, single } from './case.ts';
import type { World } from './world.ts';

/** Variable of the environment that names the file where plugins note what they were told: one line a run. */
export const PLUGIN_LOG = 'PLUGIN_LOG';

const V1 = 'client.authentication.k8s.io/v1';
const BETA = 'client.authentication.k8s.io/v1beta1';

const credential = (status: object | undefined, apiVersion = V1) =>
  JSON.stringify({ apiVersion, kind: 'ExecCredential', status });

/** A plugin that notes what it was told, then does the rest. */
const script = (rest: string) => `#!/bin/sh
printf '%s\\t%s\\t%s\\n' "$(echo "$KUBERNETES_EXEC_INFO" | tr -d '\\n')" "$*" "$PLUGIN_VALUE" >> "$${PLUGIN_LOG}"
${rest}
`;
const printing = (text: string) => script(`cat <<'END'\n${text}\nEND`);

/** Programs that make credentials. */
export function execCases(world: World): Case[] {
  const { tokens, alice } = world;
  const good = credential({ token: tokens.viewer });
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const pair = { clientCertificateData: alice.cert, clientKeyData: alice.key };
  const plugin = (
    name: string,
    text: string,
    more: { exec?: object; user?: object; cluster?: object } & Partial<Case> = {},
  ): Case => {
    const { exec, user, cluster, ...rest } = more;
    const config = { command: './bin/plugin', apiVersion: V1, interactiveMode: 'Never', ...exec };
    return {
      name: `exec plugin: ${name}`,
      files: { config: single(world, { exec: config, ...user }, cluster), 'bin/plugin': text },
      expect: 'reaches',
      ...rest,
    };
  };
  const fails = (says: RegExp) => ({ expect: 'fails', says }) as const;
  const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x', list: [1] } }];
  return [
    plugin('a token', printing(good)),
    plugin('a token that expires later', printing(credential({ token: tokens.operator, expirationTimestamp: later }))),
    plugin(
      'a token that has expired',
      printing(credential({ token: tokens.viewer, expirationTimestamp: '2001-01-01T00:00:00Z' })),
    ),
    plugin('a certificate', printing(credential(pair))),
    plugin('a certificate and a token', printing(credential({ ...pair, token: tokens.viewer }))),
    plugin(
      'arguments and environment',
      script(`[ "$2" = 'b c' ] && [ "$PLUGIN_VALUE" = 'x y' ] && cat <<'END'\n${good}\nEND`),
      {
        exec: { args: ['a', 'b c', ''], env: [{ name: 'PLUGIN_VALUE', value: 'x y' }] },
      },
    ),
    plugin('told of the cluster', printing(good), {
      exec: { provideClusterInfo: true },
      cluster: { 'tls-server-name': 'localhost', extensions },
    }),
    plugin('told of a cluster without check', printing(good), {
      exec: { provideClusterInfo: true },
      cluster: { 'certificate-authority-data': '', 'insecure-skip-tls-verify': true },
    }),
    plugin('v1beta1', printing(credential({ token: tokens.viewer }, BETA)), {
      exec: { apiVersion: BETA, interactiveMode: '' },
    }),
    plugin('found in the PATH', printing(good), {
      exec: { command: 'plugin' },
      env: { PATH: `${world.folder}/bin:${process.env.PATH}` },
    }),
    plugin('says something while it works', script(`echo 'open a browser' >&2; cat <<'END'\n${good}\nEND`)),
    plugin('not run beside a token', printing(good), { user: { token: tokens.operator } }),
    plugin('not run beside a certificate', printing(good), {
      user: { 'client-certificate': 'admin.crt', 'client-key': 'admin.key' },
    }),
    plugin('not run with --token', printing(good), { args: [`--token=${tokens.nobody}`] }),
    plugin('not run in plain HTTP', printing(good), {
      cluster: { server: `http://${world.recorder.host}`, 'certificate-authority-data': '' },
    }),
    plugin('a wrong token, and again', printing(credential({ token: 'wrong' })), {
      says: /You must be logged in to the server/,
    }),
    plugin('interactive where it can be', printing(good), { exec: { interactiveMode: 'IfAvailable' } }),
    plugin('interactive always', printing(good), {
      exec: { interactiveMode: 'Always' },
      ...fails(/standard input is not a terminal/),
    }),
    plugin('no mode', printing(good), {
      exec: { interactiveMode: '' },
      ...fails(/interactiveMode must be specified for me/),
    }),
    plugin('a strange mode', printing(good), {
      exec: { interactiveMode: 'Sometimes' },
      ...fails(/invalid interactiveMode for me: "Sometimes"/),
    }),
    plugin('no command', printing(good), { exec: { command: '' }, ...fails(/command must be specified for me/) }),
    plugin('an old version', printing(good), {
      exec: { apiVersion: 'client.authentication.k8s.io/v0' },
      ...fails(/exec plugin: invalid apiVersion "client\.authentication\.k8s\.io\/v0"/),
    }),
    plugin('beside an auth-provider', printing(good), {
      user: { 'auth-provider': { name: 'oidc' } },
      ...fails(/cannot be provided in combination with an exec plugin/),
    }),
    plugin(
      'answers in another version',
      printing(credential({ token: 'x' }, BETA)),
      fails(
        /configured to use API version client\.authentication\.k8s\.io\/v1, plugin returned version client\.authentication\.k8s\.io\/v1beta1/,
      ),
    ),
    plugin(
      'answers without a status',
      printing(credential(undefined)),
      fails(/exec plugin didn't return a status field/),
    ),
    plugin(
      'answers without a credential',
      printing(credential({})),
      fails(/exec plugin didn't return a token or cert\/key pair/),
    ),
    plugin(
      'answers half a certificate',
      printing(credential({ clientKeyData: alice.key })),
      fails(/returned only certificate or key, not both/),
    ),
    plugin(
      'answers a certificate that is none',
      printing(credential({ clientCertificateData: 'x', clientKeyData: 'y' })),
      { expect: 'fails' },
    ),
    plugin('prints garbage', printing('not json'), fails(/getting credentials: .*decoding stdout: /)),
    plugin('prints nothing', script('true'), fails(/getting credentials: /)),
    plugin(
      'fails',
      script('echo no >&2; exit 3'),
      fails(/getting credentials: exec: executable .*bin\/plugin failed with exit code 3/),
    ),
    plugin('killed', script('kill -9 $$'), fails(/failed with exit code -1/)),
    plugin('is missing', printing(good), {
      exec: { command: 'no-such-plugin', installHint: 'Install it\nfrom there' },
      ...fails(/exec: executable no-such-plugin not found[\s\S]*Install it/),
    }),
    plugin('is missing by path', printing(good), {
      exec: { command: './bin/none' },
      ...fails(/getting credentials: exec: /),
    }),
    plugin('is not executable', 'x', fails(/getting credentials: exec: /)),
  ];
}
