import { readFileSync } from 'node:fs';
import { Api } from './api.ts';

/** Raw access with the credentials of an administrator's kubeconfig as a plane writes it. */
export function apiOf(kubeconfig: string): Api {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  const decode = (text: string) => Buffer.from(text, 'base64').toString();
  const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
  return new Api({ server, ca: decode(ca), token: config.users[0].user.token });
}
