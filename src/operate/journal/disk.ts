import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../../model/failure.ts';
import type { RawObject } from '../../model/json.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { flushFolder, makeFolder } from './state-folder.ts';

/** The local copy of one move. */
export interface DiskCopy {
  /** The Node as `kubectl create -f` accepts it. */
  nodePath: string;
  /** The whole record. */
  recordPath: string;
}

/** Where the local copy of a move is kept: STATE/CLUSTER-UID/OPERATION/NODE.json and NODE.record, both JSON. */
export function diskCopy(stateFolder: string, record: OperationRecord, aside = ''): DiskCopy {
  const folder = join(stateFolder, record.clusterUID, record.operation);
  return {
    nodePath: join(folder, `${record.node}${aside}.json`),
    recordPath: join(folder, `${record.node}${aside}.record`),
  };
}

/** Writes both files of the copy, flushed and read back equal. Throws Failure naming the file. */
export async function writeDiskCopy(copy: DiskCopy, record: OperationRecord): Promise<void> {
  await writeFlushed(copy.nodePath, creatable(record.body));
  await writeFlushed(copy.recordPath, record);
}

/** The kind and version are there in an answer to GET, but not in an item of a list: kubectl create needs them. */
function creatable(body: RawObject): RawObject {
  return { ...body, apiVersion: 'v1', kind: 'Node' };
}

/** Temporary file, fsync, rename, fsync of the folder, read back: after this a power cut loses nothing. */
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
    throw new Failure(`the backup ${path} cannot be written: ${(error as Error).message}`, {
      hint: 'name a folder on a disk with room with --state-dir',
      cause: error,
    });
  }
}
