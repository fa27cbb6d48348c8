import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteConfigMap, noteConfigMaps } from '../../kube/objects/config-map.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import { asObject } from '../../model/read-json.ts';
import { writeNodeFile, writeRecordFile } from './disk.ts';
import { nodePath, operationFolder, recordPath } from './names.ts';
import type { JournaledOperation } from './read.ts';

/**
 * Removes the records of an operation from the cluster, the manifest last so that a run that is cut off can be repeated. Local
 * copies go when the operation is done. Of an unfinished one all Nodes are kept beside, in the folder that is returned: the
 * cluster may hold the only copy of one that is absent. Throws ApiError, WireError, Failure when that cannot be written: then
 * nothing was removed.
 */
export async function prune(
  wire: Wire,
  stateFolder: string,
  operation: JournaledOperation,
): Promise<string | undefined> {
  const { id, manifest } = operation;
  const isOpen = manifest.state === 'open';
  if (isOpen) await keep(stateFolder, operation);
  const names = (await noteConfigMaps(wire, `kubectl-podcidr/operation=${id}`)).map(({ name }) => name);
  const manifestName = `kubectl-podcidr-${id}`;
  for (const name of names.filter((one) => one !== manifestName)) await deleteConfigMap(wire, name);
  await deleteConfigMap(wire, manifestName);
  const { clusterUID } = manifest;
  const folder = operationFolder(stateFolder, { clusterUID, operation: id, node: undefined, aside: '' });
  if (!isOpen) return void (await rm(folder, { recursive: true, force: true }));
  const kept = `${folder}.forgotten`;
  return rename(folder, kept).then(
    () => kept,
    () => undefined,
  );
}

async function keep(stateFolder: string, operation: JournaledOperation): Promise<void> {
  const { id, manifest, records, configMaps, unreadable } = operation;
  const folder = operationFolder(stateFolder, { ...manifest, operation: id, node: undefined, aside: '' });
  // What this program cannot read somebody may make sense of.
  for (const map of unreadable.length > 0 ? configMaps : []) {
    await writeRecordFile(join(folder, `${String(asObject(map.metadata).name)}.configmap`), map);
  }
  for (const record of records.values()) {
    const name = { ...record, aside: '' };
    await writeNodeFile(nodePath(stateFolder, name), record.body);
    await writeRecordFile(recordPath(stateFolder, name), record);
  }
}
