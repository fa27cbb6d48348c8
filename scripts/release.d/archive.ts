import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** 1980-01-01: the time stamp of every file in an archive, the earliest that all archive formats can hold. */
const EPOCH = 315_532_800;

/** What could differ between two machines or two days is fixed: time, owner, rights; ustar has no more fields. */
const TAR = ['--format=ustar', `--mtime=@${EPOCH}`, '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX'];

async function pack(folder: string, archive: string): Promise<void> {
  const tar = spawn('tar', ['--create', ...TAR, '--directory', folder, ...readdirSync(folder).sort()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => tar.on('error', reject).on('close', resolve));
  // Node's gzip header holds no time and no name, so that equal files give equal archives.
  await Promise.all([pipeline(tar.stdout, createGzip(), createWriteStream(archive)), ended]);
  if ((await ended) !== 0) throw new Error(`tar failed; GNU tar is needed`);
}

/**
 * Writes a .tar.gz with the given files at its top level, byte for byte the same whenever the files are.
 * @param archive the path to write; nothing is there until the archive is whole
 * @param files name in the archive → path of the file
 */
export async function writeArchive(archive: string, files: Record<string, string>): Promise<void> {
  const work = mkdtempSync(join(dirname(archive), '.archive-'));
  const folder = mkdtempSync(join(work, 'files-'));
  try {
    for (const [name, path] of Object.entries(files)) copyFileSync(path, join(folder, name));
    await pack(folder, join(work, 'archive'));
    renameSync(join(work, 'archive'), archive);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Lower-case hexadecimal: krew refuses capitals. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
