import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { AUDIT_POLICY } from './command-lines.ts';
import { newAuthority, signingKeys } from './credentials.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import type { PlaneFiles, PlaneNetwork } from './plane-files.ts';

/** Users who show a certificate. Their kubeconfigs are users/NAME.kubeconfig; only those of system: groups have rights. */
const CERTIFICATE_USERS: { file: string; user: string; groups: string[] }[] = [
  { file: 'admin', user: 'kubernetes-admin', groups: ['system:masters'] },
  { file: 'alice', user: 'alice', groups: ['developers', 'on-call'] },
  { file: 'kube-controller-manager', user: 'system:kube-controller-manager', groups: [] },
  { file: 'kube-scheduler', user: 'system:kube-scheduler', groups: [] },
  { file: 'kwok', user: 'kwok', groups: ['system:masters'] },
];

/** Users who show a token. None has rights until a test binds some. */
const TOKEN_USERS: { user: string; groups: string[] }[] = [
  { user: 'viewer', groups: ['viewers'] },
  { user: 'operator', groups: ['operators'] },
  { user: 'nobody', groups: [] },
];

/** As the node authorizer knows a kubelet. */
const kubeletUser = (machine: string) => ({ user: `system:node:${machine}`, groups: ['system:nodes'] });

/** The API server as machines reach it. */
const outside = ({ address, port }: PlaneNetwork) => `https://${address}:${port}`;

/** Of the plane's own kubeconfig: by token, because kube-apiserver verifies a certificate anew with every request. */
export interface AdminCredentials {
  ca: string;
  token: string;
}

/** Everything that is secret in a plane, made before its first start. */
export interface Secrets {
  admin: AdminCredentials;
  /** Writes the kubeconfigs, which name the server's port. */
  writeKubeconfigs(server: string): void;
}

/** Makes the certificate authority, the servers' certificates, the keys and the users' credentials. */
export async function makeSecrets(files: PlaneFiles, network?: PlaneNetwork): Promise<Secrets> {
  const pki = (name: string, text: string) => writeFileSync(files.path('pki', name), text, { mode: 0o600 });
  const authority = await newAuthority();
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  const [apiServer, controllerManager, serviceAccounts, ...certificates] = await Promise.all([
    authority.server('kube-apiserver', names, ['127.0.0.1', '10.96.0.1', ...(network ? [network.address] : [])]),
    authority.server('kube-controller-manager', ['localhost'], ['127.0.0.1']),
    signingKeys(),
    ...CERTIFICATE_USERS.map(({ user, groups }) => authority.client(user, groups)),
  ]);
  const machines = (network?.machines ?? []).map((name) => ({ file: `kubelet-${name}`, ...kubeletUser(name) }));
  const newToken = () => randomBytes(16).toString('hex');
  const tokens = [...TOKEN_USERS.map((entry) => ({ file: entry.user, ...entry })), ...machines].map((entry) => ({
    ...entry,
    token: newToken(),
  }));
  const admin = { user: 'kubernetes-admin', groups: ['system:masters'], token: newToken() };
  const lines = [admin, ...tokens].map(({ user, groups, token }) => `${token},${user},${user},"${groups.join(',')}"`);
  pki('ca.crt', authority.ca);
  pki('apiserver.crt', apiServer.cert);
  pki('apiserver.key', apiServer.key);
  pki('controller-manager.crt', controllerManager.cert);
  pki('controller-manager.key', controllerManager.key);
  pki('sa.key', serviceAccounts.privateKey);
  pki('sa.pub', serviceAccounts.publicKey);
  pki('tokens.csv', `${lines.join('\n')}\n`);
  pki('audit-policy.json', JSON.stringify(AUDIT_POLICY));
  return {
    admin: { ca: authority.ca, token: admin.token },
    writeKubeconfigs(server) {
      const user = (name: string) => files.path('users', `${name}.kubeconfig`);
      CERTIFICATE_USERS.forEach(({ file, user: name }, index) => {
        const pair = certificates[index];
        if (pair) writeKubeconfig(user(file), server, authority.ca, name, pair);
      });
      for (const { file, user: name, token } of tokens) {
        const reached = network && machines.some((machine) => machine.file === file) ? outside(network) : server;
        writeKubeconfig(user(file), reached, authority.ca, name, { token });
      }
      writeKubeconfig(files.kubeconfig, server, authority.ca, admin.user, { token: admin.token });
    },
  };
}
