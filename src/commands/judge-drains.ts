import type { Wire } from '../kube/wire/wire.ts';
import type { DrainOptions } from '../model/drain.ts';
import type { MovePlan } from '../model/plan.ts';
import { readDrainVerdict } from '../operate/drain/verdict.ts';
import type { DrainVerdict } from '../plan/drain/verdict.ts';

/** What draining would do, by node name: of the nodes that are drained at all. */
export type Drains = ReadonlyMap<string, DrainVerdict>;

/**
 * Puts the nodes that cannot be drained under `refused`, before anything is written. Nodes that are not deleted are not
 * drained. Undefined drains: --drain=false. Throws ApiError, WireError, Failure.
 * @param now milliseconds since the epoch
 */
export async function judgeDrains(
  wire: Wire,
  plan: MovePlan,
  options: DrainOptions | undefined,
  now: number,
): Promise<{ plan: MovePlan; drains: Drains | undefined }> {
  if (!options) return { plan, drains: undefined };
  const drained = plan.moves.filter(({ method }) => method === 'recreate' || method === 'reset');
  const drains = new Map(
    await Promise.all(
      drained.map(async ({ node }) => [node, await readDrainVerdict(wire, node, options, now)] as const),
    ),
  );
  const refused = drained.flatMap(({ node }) => {
    const refusal = drains.get(node)?.refusal;
    return refusal === undefined ? [] : [{ node, reason: `it cannot be drained: ${refusal}` }];
  });
  const names = new Set(refused.map(({ node }) => node));
  const moves = plan.moves.filter(({ node }) => !names.has(node));
  return { plan: { ...plan, moves, refused: [...plan.refused, ...refused] }, drains };
}
