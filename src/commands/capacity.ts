import { findBreaks } from '../checks/breaks.ts';
import { needsOf } from '../checks/needs.ts';
import type { CapacityReport } from '../model/capacity.ts';
import type { Family } from '../model/cidr.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import type { ClusterSettings, SettingFlags } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { countFamilies, type PoolSettings, poolsOf, servicesOf, unknownSetting } from '../plan/capacity/count.ts';
import { grownPools } from '../plan/capacity/grown.ts';
import { poolFlags, smallestPools, withPools } from '../plan/capacity/smallest.ts';
import { capacityDocument, renderCapacity, renderCapacitySummary } from '../render/capacity.ts';
import { renderDocument } from '../render/document.ts';
import { escapeLine } from '../render/escape.ts';
import { renderSkipped } from '../render/skipped.ts';
import { mergeSettings } from '../survey/settings/merge.ts';
import type { Context } from './context.ts';
import { surveyProposed } from './proposed-survey.ts';
import { type Source, surveyAndJudge } from './read-survey.ts';
import { tellingFlags } from './without-cluster.ts';

export interface CapacityArgs extends Source {
  /** What is not a flag: capacity takes nothing. */
  words: string[];
  output: 'table' | 'json' | 'yaml';
  /** As given; undefined where the flag was not. */
  nodes: string | undefined;
  maxPods: string | undefined;
  compare: boolean;
}

/** What is counted, and what it is compared with. */
interface Ground {
  settings: ClusterSettings;
  /** Undefined when all settings were given: no cluster was asked. */
  survey: ClusterSurvey | undefined;
  /** The cluster's own settings, for --compare. */
  present: ClusterSettings | undefined;
}

/** The kubelet's own default (pkg/kubelet/apis/config/v1beta1/defaults.go: MaxPods). */
const MAX_PODS = 110;

/** `capacity`: what the cluster CIDR holds, which flags would hold more, and what other settings would break. */
export async function runCapacity(context: Context, args: CapacityArgs): Promise<ExitCode> {
  const demand = readDemand(args);
  const ground = await readGround(context, args, demand !== undefined);
  const { settings, survey, present } = ground;
  const pools = demand ? poolsFor(ground, args.settings, demand) : poolsOf(settings);
  const wanted = demand ? withPools(settings, pools) : settings;
  const { breaks, skipped } =
    survey && present ? findBreaks({ ...survey, settings: wanted }, present) : { breaks: [], skipped: [] };
  const report: CapacityReport = {
    families: countFamilies(pools, servicesOf(settings), survey?.nodes ?? []),
    breaks,
    ...(demand && { flags: poolFlags(pools) }),
  };
  const { streams } = context;
  if (args.output === 'table') streams.out(renderCapacity(report, streams.columns));
  else streams.out(renderDocument(capacityDocument(report), args.output));
  for (const line of renderSkipped(skipped)) streams.err(`${line}\n`);
  for (const line of lastLines(ground, report, demand ? pools : undefined)) streams.err(`${escapeLine(line)}\n`);
  return report.breaks.some(({ severity }) => severity !== 'info') ? EXIT.problems : EXIT.fine;
}

/** What was asked for. */
interface Demand {
  /** Nodes in all. */
  nodes: number;
  /** Undefined where the flag was not given. */
  maxPods: number | undefined;
}

/** Throws Failure on words, numbers and combinations that mean nothing. */
function readDemand({ words, nodes, maxPods, compare, settings }: CapacityArgs): Demand | undefined {
  const [word] = words;
  if (word !== undefined) throw new Failure(`capacity takes no ${quote(word)}: it looks at the whole cluster`);
  if (nodes === undefined && maxPods !== undefined) {
    throw new Failure('--max-pods goes with --nodes: how many nodes are to have that many pods?');
  }
  if (nodes !== undefined) {
    return {
      nodes: readCount('--nodes', nodes, 500),
      maxPods: maxPods === undefined ? undefined : readCount('--max-pods', maxPods, MAX_PODS),
    };
  }
  if (compare && Object.values(settings).every((value) => value === undefined)) {
    throw new Failure('--compare needs the settings to compare with those of the cluster', {
      hint: 'give --cluster-cidr, --node-cidr-mask-size or --service-cluster-ip-range, or let --nodes choose them',
    });
  }
  return undefined;
}

function readCount(flag: string, text: string, example: number): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Failure(`${flag} ${quote(text)} is no whole number from 1 on: write one like ${example}`);
}

async function readGround(context: Context, args: CapacityArgs, sizing: boolean): Promise<Ground> {
  if (args.compare) {
    const { survey, present } = await surveyProposed(context, args);
    return { settings: survey.settings, survey, present };
  }
  const given = mergeSettings(args.settings, { known: false, reason: 'no cluster was asked' });
  const missing = [
    ...(given.clusterCIDRs.known ? [] : ['cluster-cidr']),
    ...(sizing || given.nodeMasks.known ? [] : ['node-cidr-mask-size']),
    ...(given.serviceCIDRs.known ? [] : ['service-cluster-ip-range']),
  ];
  if (args.filenames.length === 0 && missing.length === 0) {
    return { settings: given, survey: undefined, present: undefined };
  }
  const some = Object.values(args.settings).some((value) => value !== undefined);
  const { survey } = await surveyAndJudge(
    some ? tellingFlags(context, missing) : context,
    args,
    { pods: 'none', collections: needsOf([]) },
    () => ({ findings: [], skipped: [] }),
  );
  return { settings: survey.settings, survey, present: undefined };
}

/**
 * Settings that there are stay, and only grow. Without a cluster, where no node mask was given, the smallest are chosen: the
 * cluster CIDR says where they begin.
 */
function poolsFor({ settings, survey }: Ground, flags: SettingFlags, { nodes, maxPods }: Demand): PoolSettings[] {
  const { clusterCIDRs, nodeMasks } = settings;
  if (!clusterCIDRs.known) throw unknownSetting('the cluster CIDR', clusterCIDRs.reason, '--cluster-cidr');
  const given = clusterCIDRs.value.map(({ block }, at) => ({ base: block, mask: givenMask(flags, block.family, at) }));
  const services = servicesOf(settings);
  if (!survey && !nodeMasks.known) return smallestPools(given, services, { nodes, maxPods: maxPods ?? MAX_PODS });
  const fixed = given.flatMap(({ base, mask }) => (mask === undefined ? [] : [base.family]));
  return grownPools(poolsOf(settings), { services, nodes: survey?.nodes ?? [] }, { nodes, maxPods, fixed });
}

/** They were checked when the settings were merged. */
function givenMask(flags: SettingFlags, family: Family, position: number): number | undefined {
  const own = family === 'IPv4' ? flags.nodeCIDRMaskSizeIPv4 : flags.nodeCIDRMaskSizeIPv6;
  const text = own ?? flags.nodeCIDRMaskSize?.split(',')[position];
  return text === undefined ? undefined : Number(text);
}

/** `chosen`: the pools of --nodes; undefined where it was not given. */
function lastLines(ground: Ground, report: CapacityReport, chosen: PoolSettings[] | undefined): string[] {
  const { settings, survey, present } = ground;
  const { serviceCIDRs, allocateNodeCIDRs } = settings;
  const silent = allocateNodeCIDRs.known && !allocateNodeCIDRs.value;
  const unasked = survey === undefined;
  const changed = chosen !== undefined && !areThose(chosen, settings);
  return [
    ...(serviceCIDRs.known
      ? []
      : [`no service range is taken out: ${serviceCIDRs.reason}; give it with --service-cluster-ip-range`]),
    ...(silent ? [`kube-controller-manager hands out no subnets: ${allocateNodeCIDRs.source} is not true`] : []),
    ...(unasked ? ['all settings were given, so no cluster was asked: no subnet counts as used'] : []),
    ...(chosen && !changed ? [`${heldBy(settings)} hold them already: nothing has to change`] : []),
    ...(chosen ? maskLines(chosen, ground) : []),
    ...(changed && survey && !present ? ['what they would break here: add --compare'] : []),
    ...(present && report.breaks.length === 0 ? ['these settings would break nothing that is known'] : []),
    renderCapacitySummary(report.families),
  ];
}

function areThose(chosen: PoolSettings[], { clusterCIDRs, nodeMasks }: ClusterSettings): boolean {
  if (!clusterCIDRs.known || !nodeMasks.known) return false;
  const masks = nodeMasks.value;
  return clusterCIDRs.value.every(
    ({ block }, at) => chosen[at]?.cluster.text === block.text && chosen[at]?.mask === masks[at]?.length,
  );
}

function heldBy({ clusterCIDRs, nodeMasks }: ClusterSettings): string {
  const given = [clusterCIDRs, nodeMasks].some((setting) => setting.known && setting.source.startsWith('flag '));
  return given ? 'the settings that were given' : 'the settings of the cluster';
}

/** Nodes keep the subnets that they have: --max-pods reaches new ones alone. */
function maskLines(chosen: PoolSettings[], { settings: { nodeMasks } }: Ground): string[] {
  if (!nodeMasks.known) return [];
  const masks = nodeMasks.value;
  return chosen.flatMap(({ cluster: { family }, mask }, at) => {
    const before = masks[at]?.length;
    return before === undefined || before === mask
      ? []
      : [`--max-pods needs subnets of /${mask}: nodes keep theirs of /${before} of ${family} until they are moved`];
  });
}
