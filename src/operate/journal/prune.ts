import { rename, rm } from 'node:fs/promises';
import { deleteConfigMap, noteConfigMaps } from '../../kube/objects/config-map.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import { operationFolder } from './names.ts';
import type { JournaledOperation } from './read.ts';

/**
 * Removes the records of an operation from the cluster, the manifest last so that a run that is cut off can be repeated. Local
 * copies go when the operation is done; those of an unfinished one are kept beside, for the Nodes in them. Throws ApiError,
 * WireError.
 */
export async function prune(wire: Wire, stateFolder: string, { id, manifest }: JournaledOperation): Promise<void> {
  const names = (await noteConfigMaps(wire, `kubectl-podcidr/operation=${id}`)).map(({ name }) => name);
  const manifestName = `kubectl-podcidr-${id}`;
  for (const name of names.filter((one) => one !== manifestName)) await deleteConfigMap(wire, name);
  await deleteConfigMap(wire, manifestName);
  const { clusterUID } = manifest;
  const folder = operationFolder(stateFolder, { clusterUID, operation: id, node: undefined, aside: '' });
  if (manifest.state !== 'open') await rm(folder, { recursive: true, force: true });
  else await rename(folder, `${folder}.forgotten`).catch(() => undefined);
}
