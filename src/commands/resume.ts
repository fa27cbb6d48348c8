import { type ConnectionFlags, sameCluster } from '../model/connection.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import type { OperationChoices, OperationManifest } from '../model/operation.ts';
import type { SettingFlags } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import type { JournaledOperation, ReadJournal } from '../operate/journal/read.ts';
import { openStateFolder } from '../operate/journal/state-folder.ts';
import { resumeOperation } from '../operate/operation.ts';
import { remainingBack, remainingOf } from '../operate/remaining.ts';
import { movesBack, rollbackOperation } from '../operate/rollback.ts';
import { surveyGround } from '../plan/ground.ts';
import { renderDocument } from '../render/document.ts';
import { operationDocument } from '../render/operation.ts';
import { renderStanding } from '../render/standing.ts';
import { surveyCluster } from '../survey/survey.ts';
import { atWork } from './at-work.ts';
import { checkRemaining } from './check-remaining.ts';
import { agreed, mustAsk } from './confirm.ts';
import type { Context } from './context.ts';
import { findOperation, refuseUnreadable, wholeJournal } from './find-operation.ts';
import { type AttestationArgs, attestedBy } from './ignored.ts';
import { tellWarnings } from './read-survey.ts';

export interface ResumeArgs extends AttestationArgs {
  /** At most one operation id. */
  ids: string[];
  /** What the flags make of how the operation drains. */
  drain(former: OperationChoices['drain']): OperationChoices['drain'];
  ignoreUnlisted: boolean;
  output: 'json' | 'yaml' | undefined;
  yes: boolean;
  stateDir: string | undefined;
  settings: SettingFlags;
  connection: ConnectionFlags;
}

/** `resume`: finishes what was interrupted, whoever began it, wherever. Doing it again changes nothing more. */
export async function runResume(context: Context, args: ResumeArgs): Promise<ExitCode> {
  const { streams, env } = context;
  const [id, more] = args.ids;
  if (more !== undefined)
    throw new Failure('resume takes one operation', { hint: 'kubectl podcidr operations lists them' });
  mustAsk(context, args.yes, 'resume');
  const wire = await context.connect(args.connection);
  try {
    const stateFolder = await openStateFolder({ stateDir: args.stateDir, env, platform: process.platform });
    const journal = await wholeJournal(context, { wire, stateFolder });
    const operation = await findOperation(journal, id, { wire, stateFolder });
    if (!operation) return nothing(context, 'no operation is interrupted');
    const manifest = chosenBy(operation.manifest, args);
    if (manifest.state !== 'open') {
      if (args.output) streams.out(renderDocument(operationDocument(manifest, standings(operation)), args.output));
      return nothing(
        context,
        `operation ${operation.id} is ${manifest.state === 'finished' ? 'finished' : 'rolled back'}`,
      );
    }
    const of = rolledBack(operation, journal);
    const survey = await surveyAgain(wire, manifest, args.settings);
    tellWarnings(context, { ...survey, warnings: [] });
    streams.err(renderStanding(manifest, standings(operation)));
    const { nodes } = survey;
    const remaining = of
      ? remainingBack(of.records, { back: movesBack(of.records, manifest), former: operation.records }, nodes)
      : remainingOf(manifest.moves, operation.records, nodes);
    const planned = await checkRemaining(context, wire, manifest, remaining, survey);
    if (!args.yes && !(await agreed(context, `Resume operation ${operation.id}?`))) {
      return nothing(context, 'resume cancelled');
    }
    const options = {
      wire,
      sameCluster: sameCluster(args.connection),
      stateFolder,
      ground: surveyGround(survey),
      output: args.output,
      refused: 0,
    };
    return await atWork(context, options, manifest.verb, (tools) =>
      of ? rollbackOperation({ ...planned, of: of.id, isBegun: true }, tools) : resumeOperation(planned, tools),
    );
  } finally {
    wire.close();
  }
}

/** A drain that did not come to an end may be gone on with in another way, and more may be vouched for. */
export function chosenBy(
  manifest: OperationManifest,
  { drain, ignoreUnlisted, ...args }: Pick<ResumeArgs, 'drain' | 'ignoreUnlisted' | keyof AttestationArgs>,
): OperationManifest {
  const { choices } = manifest;
  const own = {
    drain: drain(choices.drain),
    ignoreUnlisted: ignoreUnlisted || choices.ignoreUnlisted,
    attested: attestedBy(args, choices.attested),
  };
  return { ...manifest, choices: { ...choices, ...own } };
}

/** The operation that an interrupted rollback takes back. Throws Failure when its journal is gone or cannot be used. */
function rolledBack({ id, manifest: { of, verb } }: JournaledOperation, { operations }: ReadJournal) {
  if (verb !== 'rollback') return undefined;
  const found = operations.find((one) => one.id === of);
  if (found) return refuseUnreadable(found);
  throw new Failure(`the journal of operation ${of}, which was being rolled back, is gone`, {
    hint: `forget its rollback: kubectl podcidr operations prune ${id}`,
  });
}

export function standings({ records }: JournaledOperation) {
  return [...records.values()].map((record) => ({ record }));
}

function nothing({ streams }: Context, why: string): ExitCode {
  streams.err(`${why}; nothing was changed\n`);
  return EXIT.fine;
}

/** The cluster as it is now, with the settings that the operation was planned with where none are given. */
export async function surveyAgain(
  wire: Parameters<typeof surveyCluster>[0],
  { settings }: Pick<OperationManifest, 'settings'>,
  flags: SettingFlags,
): Promise<ClusterSurvey> {
  const text = (values: unknown[]) => (values.length > 0 ? values.join(',') : undefined);
  const planned: SettingFlags = {
    clusterCIDR: text(settings.clusterCIDRs),
    nodeCIDRMaskSize: text(settings.nodeMasks),
    serviceClusterIPRange: text(settings.serviceCIDRs),
  };
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const needs = { pods: 'none', clusterUID: true, freshness: 'quorum' } as const;
  const survey = await surveyCluster(wire, needs, { ...planned, ...given });
  // What was planned with is nobody's typing error.
  return Object.keys(given).length > 0 ? survey : { ...survey, differences: [] };
}
