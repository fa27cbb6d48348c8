import { until } from '../lib/processes.ts';
import type { Api } from './api.ts';

const QUIET_MS = 3_000;

/**
 * Waits until no Node has been written for three seconds, at most `limitMs`: controllers annotate and untaint a growing fleet
 * for a while.
 */
export async function nodesAreQuiet(api: Api, limitMs: number): Promise<void> {
  const versions = async () => (await api.list('/api/v1/nodes')).map(({ metadata }) => metadata.resourceVersion).join();
  let before = await versions();
  let since = performance.now();
  await until(
    async () => {
      const now = await versions();
      if (now !== before) since = performance.now();
      before = now;
      return performance.now() - since > QUIET_MS;
    },
    limitMs,
    500,
  );
}
