import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../model/failure.ts';
import type { RawObject } from '../../model/json.ts';
import { asObject, asText } from '../../model/read-json.ts';
import { seal, unseal } from './seal.ts';
import { flushFolder, makeFolder } from './state-folder.ts';

/** This machine's disk does not take a copy; the one in the cluster may be there. */
export class DiskFailure extends Failure {}

/** Writes a record with its digest, flushed and read back equal. Throws Failure naming the file. */
export async function writeRecordFile(path: string, record: unknown): Promise<void> {
  await writeFlushed(path, { digest: seal(record).digest, record });
}

/** Writes a Node so that `kubectl create -f` takes it: kind and version are not there in an item of a list. */
export async function writeNodeFile(path: string, body: RawObject): Promise<void> {
  await writeFlushed(path, { ...body, apiVersion: 'v1', kind: 'Node' });
}

/** The record in the file. Throws Failure when it cannot be read, was edited or cut, or is of an unknown schema. */
export async function readRecordFile(path: string): Promise<RawObject> {
  try {
    const file = asObject(JSON.parse(await readFile(path, 'utf8')));
    return unseal({ text: JSON.stringify(file.record ?? null), digest: asText(file.digest) ?? '' });
  } catch (error) {
    throw new Failure(`${path} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

/** Temporary file, fsync, rename, fsync of the folder, read back: after this a power cut loses nothing. Throws DiskFailure. */
async function writeFlushed(path: string, value: unknown): Promise<void> {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  const temporary = `${path}.new`;
  try {
    await makeFolder(dirname(path));
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await flushFolder(dirname(path));
    if ((await readFile(path, 'utf8')) !== text) throw new Error('what was read back differs');
  } catch (error) {
    throw new DiskFailure(`the backup ${path} cannot be written: ${(error as Error).message}`, {
      hint: 'name a folder on a disk with room with --state-dir',
      cause: error,
    });
  }
}
