import type { Wire } from '../kube/wire/wire.ts';
import { EXIT, type ExitCode } from '../model/failure.ts';
import type { Verb } from '../model/operation.ts';
import type { Move, MovePlan } from '../model/plan.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { postBody } from '../plan/body.ts';
import { drainLines } from '../plan/drain/lines.ts';
import { leftToDo } from '../plan/left.ts';
import { manualCommands } from '../plan/manual.ts';
import { renderDocument } from '../render/document.ts';
import { DONE } from '../render/operation.ts';
import { renderPlan } from '../render/plan.ts';
import { nodeList, reassignPlan } from '../render/plan-documents.ts';
import type { Context } from './context.ts';
import type { Drains } from './judge-drains.ts';
import { countPods } from './pod-counts.ts';

/** A plan with what it was made from, and what the operator should know of it. */
export interface Shown {
  verb: Verb;
  survey: ClusterSurvey;
  plan: MovePlan;
  drains: Drains | undefined;
  /** What was seen beforehand, a line each. */
  beforehand: string[];
}

/** The plan for people. Throws WireError, Failure. */
export async function showPlan(wire: Wire, { verb, survey, plan, drains, beforehand }: Shown): Promise<string> {
  const counts = await Promise.all(plan.moves.map(async ({ node }) => [node, await countPods(wire, node)] as const));
  const pods = new Map(counts.flatMap(([node, count]) => (count === undefined ? [] : [[node, count]])));
  return renderPlan(plan, {
    verb,
    pods,
    beforehand,
    drained: drains && plan.moves.map(({ node }) => ({ node, lines: drainLines(node, drains.get(node)) })),
    left: plan.moves.map((move) => ({
      node: move.node,
      lines: leftToDo(move, survey, pods.get(move.node), drains?.get(move.node)).flatMap(({ what, command }) =>
        command ? [`- ${what}:`, `    ${command}`] : [`- ${what}`],
      ),
    })),
    manual: plan.moves.map((move) => ({ node: move.node, lines: manualCommands(move) })),
  });
}

/** What a dry run prints: the plan, the ReassignPlan, or the Nodes that would be posted. */
export async function showDryRun(
  { streams }: Context,
  args: { dryRun: 'client' | 'server'; output: 'json' | 'yaml' | undefined; printNode: boolean },
  wire: Wire,
  shown: Shown,
): Promise<ExitCode> {
  const { plan, verb } = shown;
  if (args.printNode) streams.out(renderDocument(nodeList(plan.moves.map(plannedNode)), args.output ?? 'json'));
  else if (args.output) streams.out(renderDocument(reassignPlan(plan), args.output));
  else {
    const how = args.dryRun === 'server' ? 'server dry run' : 'dry run';
    streams.out(await showPlan(wire, shown));
    streams.out(plan.moves.map(({ node }) => `node/${node} ${DONE[verb]} (${how})\n`).join(''));
  }
  return plan.refused.length > 0 ? EXIT.problems : EXIT.fine;
}

/** The Node as it would be posted; a Node without a subnet is patched, so its own fields stay. */
function plannedNode({ method, raw, from, to }: Move) {
  if (method === 'patch')
    return { ...raw, spec: { ...(postBody(raw, { from, to, operation: undefined }).spec as object) } };
  return postBody(raw, { from, to, operation: undefined });
}
