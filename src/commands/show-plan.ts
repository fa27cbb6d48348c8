import type { Wire } from '../kube/wire/wire.ts';
import { EXIT, type ExitCode } from '../model/failure.ts';
import type { Verb } from '../model/operation.ts';
import type { Move, MovePlan } from '../model/plan.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { postBody } from '../plan/body.ts';
import { type CareTerms, careLines, type Outlook } from '../plan/care/outlook.ts';
import { isOnPodNetwork } from '../plan/care/renewal.ts';
import { drainLines } from '../plan/drain/lines.ts';
import { leftToDo } from '../plan/left.ts';
import { manualCommands } from '../plan/manual.ts';
import { renderDocument } from '../render/document.ts';
import { leftLines } from '../render/left.ts';
import { DONE } from '../render/operation.ts';
import { renderPlan } from '../render/plan.ts';
import { nodeList, reassignPlan } from '../render/plan-documents.ts';
import { type NodeView, viewNode } from '../survey/node-view.ts';
import type { Context } from './context.ts';
import type { Drains } from './judge-drains.ts';

/** A plan with what it was made from, and what the operator should know of it. */
export interface Shown {
  verb: Verb;
  survey: ClusterSurvey;
  plan: MovePlan;
  drains: Drains | undefined;
  /** Undefined: --after-care=none. */
  care: CareTerms | undefined;
  proxyByNodeCIDR: boolean;
  /** What was seen beforehand, a line each. */
  beforehand: string[];
}

/** The plan for people. Throws WireError, Failure. */
export async function showPlan(wire: Wire, shown: Shown): Promise<string> {
  const { verb, survey, plan, drains, care, proxyByNodeCIDR, beforehand } = shown;
  const seen = await Promise.all(plan.moves.map(async ({ node }) => [node, await viewNode(wire, node)] as const));
  const views = new Map(seen.flatMap(([node, view]) => (view === undefined ? [] : [[node, view]])));
  const outlooks = plan.moves.flatMap((move) => outlookOf(move, views.get(move.node), drains));
  return renderPlan(plan, {
    verb,
    pods: new Map([...views].map(([node, { pods }]) => [node, pods.filter(isOnPodNetwork).length])),
    beforehand,
    drained: drains && plan.moves.map(({ node }) => ({ node, lines: drainLines(node, drains.get(node)) })),
    cared: care ? careLines(outlooks, care) : [],
    left: plan.moves.map((move) => ({
      node: move.node,
      lines: leftLines(
        leftToDo(move, { survey, view: views.get(move.node), drain: drains?.get(move.node), care, proxyByNodeCIDR }),
      ),
    })),
    manual: plan.moves.map((move) => ({ node: move.node, lines: manualCommands(move) })),
  });
}

/** Where nothing changes, or what runs there is not known, nothing can be said. */
function outlookOf(move: Move, view: NodeView | undefined, drains: Drains | undefined): Outlook[] {
  if (!view || move.from.join(',') === move.to.join(',')) return [];
  return [{ move, view, drain: drains?.get(move.node) }];
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
