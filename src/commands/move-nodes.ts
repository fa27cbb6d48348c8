import type { Wire } from '../kube/wire/wire.ts';
import { type ConnectionFlags, sameCluster } from '../model/connection.ts';
import type { DrainOptions } from '../model/drain.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import type { Dependent, OperationChoices, Verb } from '../model/operation.ts';
import type { MovePlan } from '../model/plan.ts';
import type { SettingFlags } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { readAbsences } from '../operate/absences.ts';
import { openStateFolder } from '../operate/journal/state-folder.ts';
import { type Preflight, preflight } from '../operate/preflight.ts';
import { beforehand } from '../plan/beforehand.ts';
import type { CareTerms } from '../plan/care/outlook.ts';
import { surveyGround } from '../plan/ground.ts';
import type { Judgement } from '../plan/refusals/refusals.ts';
import { escapeLine } from '../render/escape.ts';
import { parseSelector } from '../survey/selector.ts';
import { readSurroundings } from '../survey/surroundings.ts';
import { surveyCluster } from '../survey/survey.ts';
import { carryOut } from './carry-out.ts';
import { agreed, mustAsk } from './confirm.ts';
import type { Context } from './context.ts';
import { attestedBy, readIgnored } from './ignored.ts';
import { refuseInterrupted } from './interrupted-nodes.ts';
import { judgeDrains } from './judge-drains.ts';
import { tellInterrupted, tellWarnings } from './read-survey.ts';
import { type Shown, showDryRun, showPlan } from './show-plan.ts';

/** What every command that moves nodes knows. */
export interface MovingArgs {
  dryRun: 'none' | 'client' | 'server';
  output: 'json' | 'yaml' | undefined;
  printNode: boolean;
  yes: boolean;
  machinePaused: boolean;
  offlineNode: boolean;
  /** Values of --ignore. */
  ignored: string[];
  ignoreUnlisted: boolean;
  allocatorRestart: OperationChoices['allocatorRestart'];
  afterCare: 'auto' | 'none';
  /** Undefined: --drain=false. */
  drain: DrainOptions | undefined;
  /** In milliseconds. */
  pauseBetween: number;
  cooldown: number;
  stateDir: string | undefined;
  settings: SettingFlags;
  connection: ConnectionFlags;
}

/** What is to be done, and how it is told. */
export interface WantedMoves {
  plan: MovePlan;
  /** The operator named nodes: one that is named alone and refused is a failure. */
  named: boolean;
  /** What lost Nodes owned, by node. */
  dependents?: ReadonlyMap<string, Dependent[]>;
}

/**
 * Plans, shows, asks, carries out: the way of every command that moves nodes. `want` makes the plan from the cluster as it is
 * now. Throws Failure for bad input and for a single node that is refused; ApiError, WireError.
 */
export async function moveNodes(
  context: Context,
  verb: Exclude<Verb, 'rollback'>,
  args: MovingArgs,
  want: (wire: Wire, survey: ClusterSurvey, judgement: Judgement) => Promise<WantedMoves>,
): Promise<ExitCode> {
  const { streams, clock, waits } = context;
  if (args.printNode && args.dryRun === 'none') throw new Failure('--print=node goes with --dry-run=client');
  const ignored = readIgnored(args.ignored);
  if (args.dryRun === 'none') mustAsk(context, args.yes, verb);
  if (args.drain) parseSelector(args.drain.podSelector);
  const wire = await context.connect(args.connection);
  try {
    const survey = await surveyCluster(wire, { pods: 'none', clusterUID: true, freshness: 'quorum' }, args.settings);
    tellInterrupted(context, survey);
    tellWarnings(context, survey);
    warnOfServices(context, survey);
    const { machinePaused, offlineNode } = args;
    const judgement = { machinePaused, offlineNode, ignored, surroundings: await readSurroundings(wire, survey) };
    const wanted = await want(wire, survey, judgement);
    const free = refuseInterrupted(wanted.plan, survey);
    refuseTheOnlyOne(wanted, free);
    const silent = new Set(survey.nodes.filter(({ ready }) => ready === 'Unknown').map(({ name }) => name));
    const drained = await judgeDrains({ wire, clock, waits, stopping: () => false }, free, args.drain, silent);
    refuseTheOnlyOne(wanted, drained.plan);
    const { plan, notes, lacking, dependents, unlisted } = await checked(wire, args, drained.plan, survey);
    refuseTheOnlyOne(wanted, plan);
    const unchanged = plan.unchanged.map(({ node, podCIDRs }) => `node/${node} already has ${podCIDRs.join(',')}\n`);
    const machine = args.output !== undefined || args.printNode;
    if (!machine) streams.out(unchanged.join(''));
    // A program that asked for the plan gets one, without moves.
    const isEmpty = plan.moves.length + plan.refused.length === 0;
    if (isEmpty && !(args.dryRun !== 'none' && machine)) return EXIT.fine;
    const said = [...beforehand(plan, survey, judgement), ...notes];
    const lacks = (resource: string) => lacking.some((deed) => deed.resource === resource);
    const care: CareTerms | undefined =
      args.afterCare === 'none'
        ? undefined
        : {
            mayDelete: !lacks('pods'),
            mayExec: !lacks('pods/exec'),
            force: args.drain?.force ?? false,
            deleteEmptydirData: args.drain?.deleteEmptydirData ?? false,
            selects: (args.drain?.podSelector ?? '') !== '',
            dependents,
          };
    const shown: Shown = {
      verb,
      survey,
      plan,
      drains: drained.drains,
      care,
      proxyByNodeCIDR: judgement.surroundings.proxyByNodeCIDR,
      beforehand: said,
    };
    if (args.dryRun === 'none') return await change(context, args, wire, shown, { ...wanted, unlisted });
    if (machine) for (const note of notes) streams.err(`Warning: ${escapeLine(note)}\n`);
    return await showDryRun(context, { ...args, dryRun: args.dryRun }, wire, shown);
  } finally {
    wire.close();
  }
}

/** A node that was asked for alone and is refused is a failure; of several it is skipped. */
function refuseTheOnlyOne({ named }: WantedMoves, { moves, refused, unchanged }: MovePlan): void {
  const [only, ...others] = refused;
  if (!named || !only || others.length + moves.length + unchanged.length > 0) return;
  throw new Failure(`node ${only.node} is not moved: ${only.reason}`);
}

/** Asks the server about the plan, unless only a look was asked for. */
async function checked(wire: Wire, args: MovingArgs, plan: MovePlan, { now }: ClusterSurvey): Promise<Preflight> {
  if (args.dryRun === 'client' || plan.moves.length === 0)
    return { plan, notes: [], lacking: [], dependents: [], unlisted: [] };
  return preflight(wire, plan, args, now);
}

/** A free subnet is only as free as what is known: the service range is not part of any Node. */
function warnOfServices({ streams }: Context, { settings: { serviceCIDRs } }: ClusterSurvey): void {
  if (serviceCIDRs.known) return;
  streams.err(
    'Warning: the service range is not known, so a new subnet may overlap it; give it with --service-cluster-ip-range\n',
  );
}

async function change(
  context: Context,
  args: MovingArgs,
  wire: Wire,
  shown: Shown,
  { dependents, unlisted }: Pick<WantedMoves, 'dependents'> & Pick<Preflight, 'unlisted'>,
): Promise<ExitCode> {
  const { streams, env } = context;
  const { plan, verb, survey } = shown;
  const stateFolder = await openStateFolder({ stateDir: args.stateDir, env, platform: process.platform });
  streams.err(await showPlan(wire, shown));
  if (plan.moves.length === 0) return EXIT.problems;
  const which = plan.moves.length === 1 ? 'this node' : `these ${plan.moves.length} nodes`;
  if (!args.yes && !(await agreed(context, `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${which}?`))) {
    streams.err(`${verb} cancelled, nothing was changed\n`);
    return EXIT.fine;
  }
  const { drain, ignoreUnlisted, allocatorRestart, afterCare, pauseBetween, cooldown, output } = args;
  const attested = attestedBy(args);
  const choices = {
    drain,
    ignoreUnlisted,
    unlisted,
    attested,
    allocatorRestart,
    afterCare,
    allowConflict: false,
    pauseBetween,
    cooldown,
  };
  const absences = await readAbsences(
    wire,
    plan.moves.map(({ raw }) => raw),
    survey.now - cooldown,
  );
  const known = { dependents, absences };
  const options = { wire, sameCluster: sameCluster(args.connection), stateFolder, ground: surveyGround(survey) };
  return carryOut(context, verb, plan, { ...options, choices, output, known });
}
