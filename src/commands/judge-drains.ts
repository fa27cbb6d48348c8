import { sideBySide } from '../kube/side-by-side.ts';
import type { DrainOptions } from '../model/drain.ts';
import type { MovePlan } from '../model/plan.ts';
import { count } from '../model/text.ts';
import type { LeaseTools } from '../operate/allocator/abandoned.ts';
import { readDrainVerdict } from '../operate/drain/verdict.ts';
import { whyNoSuccessors } from '../operate/successors.ts';
import { type DrainVerdict, replaced } from '../plan/drain/verdict.ts';

/** What draining would do, by node name: of the nodes that are drained at all. */
export type Drains = ReadonlyMap<string, DrainVerdict>;

/**
 * Puts the nodes that cannot be drained under `refused`, before anything is written. Nodes that are not deleted are not
 * drained, and neither are those with pods that nobody would create again now, or end: `silent` are the nodes whose kubelet does
 * not report. Undefined drains: --drain=false. Throws ApiError, WireError, Failure.
 */
export async function judgeDrains(
  tools: LeaseTools,
  plan: MovePlan,
  options: DrainOptions | undefined,
  silent: ReadonlySet<string>,
): Promise<{ plan: MovePlan; drains: Drains | undefined }> {
  if (!options) return { plan, drains: undefined };
  const drained = plan.moves.filter(({ method }) => method === 'recreate' || method === 'reset');
  const drains = new Map(
    await sideBySide(
      drained,
      async ({ node }) => [node, await readDrainVerdict(tools.wire, node, options, tools.clock.now())] as const,
    ),
  );
  const evicts = [...drains.values()].some((verdict) => replaced(verdict).length > 0);
  const alone = evicts ? await whyNoSuccessors(tools) : undefined;
  const refused = drained.flatMap(({ node }) => {
    const verdict = drains.get(node);
    if (!verdict) return [];
    const refusal =
      verdict.refusal ?? unreplaced(verdict, alone) ?? (silent.has(node) ? endless(verdict, options) : undefined);
    return refusal === undefined ? [] : [{ node, reason: `it cannot be drained: ${refusal}` }];
  });
  const names = new Set(refused.map(({ node }) => node));
  const moves = plan.moves.filter(({ node }) => !names.has(node));
  return { plan: { ...plan, moves, refused: [...plan.refused, ...refused] }, drains };
}

function unreplaced(verdict: DrainVerdict, why: string | undefined): string | undefined {
  const pods = replaced(verdict).length;
  if (why === undefined || pods === 0) return undefined;
  return `${why}, so ${count(pods, 'pod')} would not be created again (--drain=false evicts none; see kubectl podcidr explain ControllerManagerDown)`;
}

/** Only its kubelet ends a pod that is given time to (registry/core/pod/strategy.go: CheckGracefulDelete). */
function endless({ evict }: DrainVerdict, options: DrainOptions): string | undefined {
  const running = evict.filter(({ finished }) => !finished).length;
  if (running === 0 || options.gracePeriod === 0 || options.skipWaitForDeleteTimeout > 0) return undefined;
  return `its kubelet does not report, so ${count(running, 'pod')} would never end (--drain=false evicts none)`;
}
