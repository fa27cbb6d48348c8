import { staleness } from '../checks/settings/controller-manager-down.ts';
import type { ConnectionFlags } from '../model/connection.ts';
import type { CheckReport } from '../model/finding.ts';
import type { SettingFlags } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { escapeLine } from '../render/escape.ts';
import { readFiles } from '../survey/dump/files.ts';
import { type SurveyNeeds, surveyCluster } from '../survey/survey.ts';
import { surveyDump } from '../survey/survey-dump.ts';
import type { Context } from './context.ts';

/** Where a reading command reads: files when there are any, else the cluster. */
export interface Source {
  filenames: string[];
  settings: SettingFlags;
  connection: ConnectionFlags;
}

/** What of the cluster is read beside the Nodes. */
export type ReadingNeeds = Pick<SurveyNeeds, 'pods' | 'collections' | 'leases'>;

export interface Judged {
  survey: ClusterSurvey;
  report: CheckReport;
}

/**
 * Surveys and judges. The cluster is read from the API server's cache first; an error that this shows is read again by quorum
 * before it is said, for a cache may lag behind. Warnings go to stderr. Throws Failure, ApiError, WireError.
 */
export async function surveyAndJudge(
  context: Context,
  source: Source,
  needs: ReadingNeeds,
  judge: (survey: ClusterSurvey) => CheckReport,
): Promise<Judged> {
  const judged =
    source.filenames.length > 0
      ? await fromDump(context, source, needs, judge)
      : await fromCluster(context, source, needs, judge);
  // What a finding says is not said twice.
  const isFound = (wanted: string) => judged.report.findings.some(({ code }) => code === wanted);
  if (!isFound('OperationInterrupted')) tellInterrupted(context, judged.survey);
  tellWarnings(context, isFound('ClusterCIDRHostBits') ? { ...judged.survey, warnings: [] } : judged.survey);
  return judged;
}

/** What is odd about the settings, and where those that were given contradict the cluster. */
export function tellWarnings({ streams }: Pick<Context, 'streams'>, survey: ClusterSurvey): void {
  const { warnings, differences = [] } = survey;
  for (const warning of [...differences, ...warnings]) streams.err(`Warning: ${escapeLine(warning)}\n`);
}

/** What was begun and not finished matters to every reader: a Node may be absent. */
export function tellInterrupted({ streams }: Pick<Context, 'streams'>, { interrupted = [] }: ClusterSurvey): void {
  for (const { id, verb, by } of interrupted) {
    const line = `Warning: operation ${id} (${verb} by ${by}) is not finished: kubectl podcidr resume ${id}`;
    streams.err(`${escapeLine(line)}\n`);
  }
}

async function fromDump(
  { streams }: Context,
  source: Source,
  { leases }: ReadingNeeds,
  judge: (survey: ClusterSurvey) => CheckReport,
): Promise<Judged> {
  const survey = surveyDump(await readFiles(source.filenames, () => streams.readStdin()), source.settings, leases);
  return { survey, report: judge(survey) };
}

/** A leader renews its lease every 2 s (options.go: RetryPeriod): milliseconds, with some to spare. */
const RENEWAL = 3_000;

/** Clocks of hosts differ: a lease that looks expired and is renewed meanwhile is not. */
function sawRenewal(before: ClusterSurvey, after: ClusterSurvey): ClusterSurvey {
  const [was, is] = [before, after].map(({ facts }) => (facts?.leader.known ? facts.leader.value : undefined));
  if (!after.facts?.leader.known || !was || !is || was.renewed === is.renewed) return after;
  const leader = { ...after.facts.leader, value: { ...is, moved: true } };
  return { ...after, facts: { ...after.facts, leader } };
}

async function fromCluster(
  context: Context,
  { connection, settings }: Source,
  needs: ReadingNeeds,
  judge: (survey: ClusterSurvey) => CheckReport,
): Promise<Judged> {
  const wire = await context.connect(connection);
  try {
    const read = (freshness: SurveyNeeds['freshness']) =>
      surveyCluster(wire, { ...needs, clusterUID: false, freshness }, settings);
    const cached = await read('cached');
    const report = judge(cached);
    if (!report.findings.some(({ severity }) => severity === 'error')) return { survey: cached, report };
    if (staleness(cached) !== undefined) await context.clock.sleep(RENEWAL);
    const survey = sawRenewal(cached, await read('quorum'));
    return { survey, report: judge(survey) };
  } finally {
    wire.close();
  }
}
