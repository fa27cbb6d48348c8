import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../scripts/clusters/ports.ts';
import { component } from '../../../scripts/components/build.ts';
import { until } from '../../../scripts/lib/processes.ts';

/** A flannel's own etcd, beside that of the control plane. */
export interface Etcd {
  /** http://127.0.0.1:PORT */
  url: string;
  /** The component's, by a socket in the file system, which network namespaces do not part: as etcd's clients take it. */
  socket: string;
  /** A folder that goes with it. */
  folder: string;
  /** Puts a key by the v3 API; with `seconds` it goes after them. */
  put(key: string, value: string, seconds?: number): Promise<void>;
  /** Deletes a key by the v3 API. */
  remove(key: string): Promise<void>;
  /** The keys below a path with their values, by the v3 API. */
  below(path: string): Promise<[key: string, value: string][]>;
  stop(): Promise<void>;
}

export interface EtcdWish {
  /** The binary; default: the component. */
  binary?: string;
  /** More flags. */
  flags?: string[];
  /** Default http. */
  scheme?: 'http' | 'https';
}

const encode = (text: string) => Buffer.from(text).toString('base64');
const decode = (text = '') => Buffer.from(text, 'base64').toString();

/** What flanneld writes of a node with vxlan. */
export function leaseValue(publicIP: string, mac: string): string {
  const data = { BackendType: 'vxlan', BackendData: { VNI: 1, VtepMAC: mac } };
  return JSON.stringify({ PublicIP: publicIP, PublicIPv6: null, ...data });
}

/** Starts one; resolves when it listens. It ends with the process that called. */
export async function startEtcd({ binary, flags = [], scheme = 'http' }: EtcdWish = {}): Promise<Etcd> {
  const folder = mkdtempSync(join(tmpdir(), 'podcidr-flannel-etcd-'));
  const url = `${scheme}://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const socket = `unix://${folder}/etcd.sock`;
  const args = [
    `--data-dir=${folder}/data`,
    // 3.4 listens on no path.
    `--listen-client-urls=${binary === undefined ? `${url},${socket}` : url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=error',
    ...flags,
  ];
  const child = spawn(binary ?? (await component('etcd', 'server')), args, { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${url}/v3${path}`, { method: 'POST', body: JSON.stringify(body) });
    return (await answer.json()) as { ID?: string; kvs?: { key: string; value: string }[] };
  };
  const listens = () =>
    fetch(`${url}/version`).then(
      () => true,
      // It wants a certificate, or has one that nobody trusts here: it is there.
      (error: { cause?: { code?: string } }) => error.cause?.code !== 'ECONNREFUSED',
    );
  if (!(await until(listens, 20_000))) throw new Error('etcd does not answer');
  return {
    url,
    socket,
    folder,
    async put(key, value, seconds) {
      const lease = seconds === undefined ? {} : { lease: (await post('/lease/grant', { TTL: seconds })).ID };
      await post('/kv/put', { key: encode(key), value: encode(value), ...lease });
    },
    async remove(key) {
      await post('/kv/deleterange', { key: encode(key) });
    },
    async below(path) {
      const { kvs = [] } = await post('/kv/range', { key: encode(path), range_end: encode(`${path}\xff`) });
      return kvs.map(({ key, value }) => [decode(key), decode(value)]);
    },
    async stop() {
      process.off('exit', kill);
      kill();
      await until(() => child.exitCode !== null || child.signalCode !== null, 5_000);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
