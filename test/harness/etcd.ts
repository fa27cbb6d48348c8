import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/clusters/ports.ts';
import { component } from '../../scripts/components/build.ts';
import { until } from '../../scripts/lib/processes.ts';

/** An etcd beside that of a control plane, as flannel may have one of its own. */
export interface Etcd {
  /** http://127.0.0.1:PORT */
  url: string;
  /** etcdctl of the same version. */
  etcdctl: string;
  /** Puts a lease as flanneld does: a key that goes after so many seconds. */
  putLease(subnet: string, publicIP: string, mac: string, seconds: number): Promise<void>;
  /** Ends it and removes its files. */
  stop(): void;
}

export async function startEtcd(): Promise<Etcd> {
  const folder = mkdtempSync(join(tmpdir(), 'podcidr-etcd-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const flags = [
    `--data-dir=${folder}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=error',
  ];
  const child = spawn(await component('etcd', 'server'), flags, { stdio: 'ignore' });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const healthy = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await until(healthy, 20_000))) throw new Error('etcd does not answer');
  const post = async (path: string, body: object) =>
    (await fetch(`${url}/v3${path}`, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<{ ID: string }>;
  return {
    url,
    etcdctl: await component('etcd', 'etcdctl'),
    async putLease(subnet, publicIP, mac, seconds) {
      const { ID: lease } = await post('/lease/grant', { TTL: seconds });
      const value = {
        PublicIP: publicIP,
        PublicIPv6: null,
        BackendType: 'vxlan',
        BackendData: { VNI: 1, VtepMAC: mac },
      };
      const encode = (text: string) => Buffer.from(text).toString('base64');
      const key = encode(`/coreos.com/network/subnets/${subnet}`);
      await post('/kv/put', { key, value: encode(JSON.stringify(value)), lease });
    },
    stop() {
      process.off('exit', kill);
      kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
