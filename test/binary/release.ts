import { createReadStream, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { ROOT } from '../../scripts/lib/places.ts';
import { run } from '../../scripts/lib/processes.ts';

export interface Release {
  archive: string;
  checksums: string;
  manifest: string;
}

/** Runs scripts/release on a binary that is there already. */
export async function makeRelease(binary: string, folder: string, uriBase?: string): Promise<Release> {
  const base = uriBase === undefined ? [] : ['--uri-base', uriBase];
  const { code, stderr } = await run(join(ROOT, 'scripts/release'), ['--binary', binary, '--out', folder, ...base]);
  if (code !== 0) throw new Error(`scripts/release failed: ${stderr}`);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tar.gz'));
  if (archive === undefined) throw new Error(`scripts/release left no archive in ${folder}`);
  return {
    archive: join(folder, archive),
    checksums: join(folder, 'checksums.txt'),
    manifest: join(folder, 'krew/podcidr.yaml'),
  };
}

export interface DownloadServer {
  /** For example http://127.0.0.1:40001/v0.1.0. */
  uriBase: string;
  /** Paths that were asked for. */
  requests: string[];
  close(): void;
}

/** Serves the files of a folder on loopback, as a release page would. */
export async function serveDownloads(folder: string): Promise<DownloadServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const file = createReadStream(join(folder, basename(request.url ?? '')));
    file.on('error', () => response.writeHead(404).end());
    file.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    uriBase: `http://127.0.0.1:${port}/release`,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
