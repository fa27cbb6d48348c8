import { writeFileSync } from 'node:fs';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Writes a kubeconfig for one user, readable by its owner only; credentials are inside, it may be copied anywhere. */
export function writeKubeconfig(
  path: string,
  server: string,
  ca: string,
  user: string,
  credentials: { cert: string; key: string } | { token: string },
): void {
  const secret =
    'token' in credentials
      ? { token: credentials.token }
      : { 'client-certificate-data': base64(credentials.cert), 'client-key-data': base64(credentials.key) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'kubernetes', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: user, user: secret }],
    contexts: [{ name: `${user}@kubernetes`, context: { cluster: 'kubernetes', user } }],
    'current-context': `${user}@kubernetes`,
  };
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}
