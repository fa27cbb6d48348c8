import { readFile } from 'node:fs/promises';
import { Failure } from '../../model/failure.ts';
import { quote } from '../../model/quote.ts';
import { openWire } from '../wire/transport.ts';
import type { Wire } from '../wire/wire.ts';

/** How etcd is reached: URLs, and files of PEM. */
export interface EtcdConnection {
  endpoints: string[];
  ca: string | undefined;
  cert: string | undefined;
  key: string | undefined;
}

/** Milliseconds for a whole request. */
const PATIENCE = 10_000;

/** The ways to etcd, one an endpoint; nothing is sent yet. Throws Failure that names the flag. */
export async function openEtcd({ endpoints, ca, cert, key }: EtcdConnection): Promise<Wire[]> {
  if ((cert === undefined) !== (key === undefined))
    throw new Failure('--flannel-etcd-cert and --flannel-etcd-key go together');
  const urls = endpoints.map(readURL);
  const [authority, certificate, privateKey] = await Promise.all([pem('ca', ca), pem('cert', cert), pem('key', key)]);
  return urls.map((url) =>
    openWire({
      url,
      ca: authority,
      insecure: false,
      tlsServerName: undefined,
      proxy: undefined,
      headers: {},
      credentials: { get: async () => ({ cert: certificate, key: privateKey }) },
      timeoutMs: PATIENCE,
      answerMs: 0,
    }),
  );
}

function readURL(text: string): URL {
  const url = URL.parse(text);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && url.host !== '') return url;
  throw new Failure(`--flannel-etcd-endpoints ${quote(text)} is no URL: write it like https://10.0.0.1:2379`);
}

async function pem(name: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Failure(`--flannel-etcd-${name} ${quote(file)} cannot be read: ${code}`, { cause: error });
  }
}
