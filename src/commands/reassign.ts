import type { Wire } from '../kube/wire/wire.ts';
import type { ConnectionFlags } from '../model/connection.ts';
import type { DrainOptions } from '../model/drain.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import type { OperationChoices } from '../model/operation.ts';
import type { Move, MovePlan } from '../model/plan.ts';
import type { SettingFlags } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { openStateFolder } from '../operate/journal/state-folder.ts';
import { checkPermissions } from '../operate/permissions.ts';
import { postBody } from '../plan/body.ts';
import { drainLines } from '../plan/drain/lines.ts';
import { surveyGround } from '../plan/ground.ts';
import { leftToDo } from '../plan/left.ts';
import { manualCommands } from '../plan/manual.ts';
import { renderDocument } from '../render/document.ts';
import { type PlanNotes, renderPlan } from '../render/plan.ts';
import { nodeList, reassignPlan } from '../render/plan-documents.ts';
import { parseSelector } from '../survey/selector.ts';
import { surveyCluster } from '../survey/survey.ts';
import { carryOut } from './carry-out.ts';
import { agreed, mustAsk } from './confirm.ts';
import type { Context } from './context.ts';
import { type Drains, judgeDrains } from './judge-drains.ts';
import { countPods } from './pod-counts.ts';
import { tellInterrupted } from './read-survey.ts';
import { planWanted, readWanted, type WantedArgs } from './wanted-moves.ts';

export interface ReassignArgs extends WantedArgs {
  dryRun: boolean;
  output: 'json' | 'yaml' | undefined;
  printNode: boolean;
  yes: boolean;
  machinePaused: boolean;
  ignoreUnlisted: boolean;
  allocatorRestart: OperationChoices['allocatorRestart'];
  /** Undefined: --drain=false. */
  drain: DrainOptions | undefined;
  stateDir: string | undefined;
  settings: SettingFlags;
  connection: ConnectionFlags;
}

/** `reassign`: plan, show, ask, carry out. Throws Failure for bad input and for a single node that is refused. */
export async function runReassign(context: Context, args: ReassignArgs): Promise<ExitCode> {
  const wanted = await readWanted(context, args);
  if (args.printNode && !args.dryRun) throw new Failure('--print=node goes with --dry-run=client');
  if (!args.dryRun) mustAsk(context, args.yes, 'reassign');
  if (args.drain) parseSelector(args.drain.podSelector);
  const wire = await context.connect(args.connection);
  try {
    const survey = await surveyCluster(wire, { pods: 'none', clusterUID: true, freshness: 'quorum' }, args.settings);
    tellInterrupted(context, survey);
    for (const warning of survey.warnings) context.streams.err(`Warning: ${warning}\n`);
    warnOfServices(context, survey);
    const planned = await planWanted(context, wire, survey, wanted, { machinePaused: args.machinePaused });
    const { plan, drains } = await judgeDrains(wire, planned, args.drain, context.clock.now());
    const [refused] = plan.refused;
    if (refused && wanted.kind === 'wishes' && wanted.wishes.length === 1)
      throw new Failure(`node ${refused.node} is not moved: ${refused.reason}`);
    const unchanged = plan.unchanged.map(({ node, podCIDRs }) => `node/${node} already has ${podCIDRs.join(',')}\n`);
    if (args.output === undefined && !args.printNode) context.streams.out(unchanged.join(''));
    const isEmpty = plan.moves.length + plan.refused.length === 0;
    // A program that asked for the plan gets one, without moves.
    if (isEmpty && !(args.dryRun && (args.output || args.printNode))) return EXIT.fine;
    if (args.dryRun) return await showDryRun(context, args, wire, survey, plan, drains);
    return await change(context, args, wire, survey, plan, drains);
  } finally {
    wire.close();
  }
}

/** A free subnet is only as free as what is known: the service range is not part of any Node. */
function warnOfServices({ streams }: Context, { settings: { serviceCIDRs } }: ClusterSurvey): void {
  if (serviceCIDRs.known) return;
  streams.err(
    'Warning: the service range is not known, so a new subnet may overlap it; give it with --service-cluster-ip-range\n',
  );
}

async function showDryRun(
  { streams }: Context,
  args: ReassignArgs,
  wire: Wire,
  survey: ClusterSurvey,
  plan: MovePlan,
  drains: Drains | undefined,
): Promise<ExitCode> {
  if (args.printNode) streams.out(renderDocument(nodeList(plan.moves.map(plannedNode)), args.output ?? 'json'));
  else if (args.output) streams.out(renderDocument(reassignPlan(plan), args.output));
  else {
    streams.out(renderPlan(plan, await planNotes(wire, survey, plan, drains)));
    streams.out(plan.moves.map(({ node }) => `node/${node} reassigned (dry run)\n`).join(''));
  }
  return plan.refused.length > 0 ? EXIT.problems : EXIT.fine;
}

async function change(
  context: Context,
  args: ReassignArgs,
  wire: Wire,
  survey: ClusterSurvey,
  plan: MovePlan,
  drains: Drains | undefined,
): Promise<ExitCode> {
  const { streams, env } = context;
  await checkPermissions(wire, plan.moves);
  const stateFolder = await openStateFolder({ stateDir: args.stateDir, env, platform: process.platform });
  streams.err(renderPlan(plan, await planNotes(wire, survey, plan, drains)));
  if (plan.moves.length === 0) return EXIT.problems;
  const which = plan.moves.length === 1 ? 'this node' : `these ${plan.moves.length} nodes`;
  if (!args.yes && !(await agreed(context, `Reassign ${which}?`))) {
    streams.err('reassign cancelled, nothing was changed\n');
    return EXIT.fine;
  }
  const { ignoreUnlisted, allocatorRestart, output } = args;
  const choices: OperationChoices = {
    drain: args.drain,
    ignoreUnlisted,
    allocatorRestart,
    allowConflict: false,
    pauseBetween: 0,
    cooldown: 120_000,
  };
  return carryOut(context, 'reassign', plan, { wire, stateFolder, ground: surveyGround(survey), choices, output });
}

/** The Node as it would be posted; a Node without a subnet is patched, so its own fields stay. */
function plannedNode({ method, raw, from, to }: Move) {
  if (method === 'patch')
    return { ...raw, spec: { ...(postBody(raw, { from, to, operation: undefined }).spec as object) } };
  return postBody(raw, { from, to, operation: undefined });
}

async function planNotes(
  wire: Wire,
  survey: ClusterSurvey,
  plan: MovePlan,
  drains: Drains | undefined,
): Promise<PlanNotes> {
  const counts = await Promise.all(plan.moves.map(async ({ node }) => [node, await countPods(wire, node)] as const));
  const pods = new Map(counts.flatMap(([node, count]) => (count === undefined ? [] : [[node, count]])));
  return {
    pods,
    drained: drains && plan.moves.map(({ node }) => ({ node, lines: drainLines(node, drains.get(node)) })),
    left: plan.moves.map((move) => ({
      node: move.node,
      lines: leftToDo(move, survey, pods.get(move.node), drains?.get(move.node)).flatMap(({ what, command }) =>
        command ? [`- ${what}:`, `    ${command}`] : [`- ${what}`],
      ),
    })),
    manual: plan.moves.map((move) => ({ node: move.node, lines: manualCommands(move) })),
  };
}
