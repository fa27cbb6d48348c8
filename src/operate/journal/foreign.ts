import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** uid of the cluster, other than `clusterUID`, that the local copies of an operation belong to; undefined when there are none. */
export async function foreignCluster(
  stateFolder: string,
  clusterUID: string,
  operation: string,
): Promise<string | undefined> {
  const clusters = (await names(stateFolder)).filter((name) => name !== clusterUID);
  const holding = await Promise.all(
    clusters.map(async (name) => (await names(join(stateFolder, name))).includes(operation)),
  );
  return clusters.find((_, index) => holding[index]);
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
