import { judgeAgreement } from '../checks/agreement.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { ConnectionFlags } from '../model/connection.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import { nodeName } from '../model/node-name.ts';
import type { SettingFlags } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import type { VerifyLine, VerifySubject } from '../model/verification.ts';
import { openStateFolder } from '../operate/journal/state-folder.ts';
import { Leaving, Left } from '../operate/leaving.ts';
import { journaledSubjects, namedSubjects } from '../operate/verify/journaled.ts';
import { verifyNodes } from '../operate/verify/nodes.ts';
import { inOrder } from '../plan/verify-order.ts';
import { renderDocument } from '../render/document.ts';
import { escapeLine } from '../render/escape.ts';
import { renderVerification, renderVerifySummary, verifyReport } from '../render/verification.ts';
import { surveyCluster } from '../survey/survey.ts';
import type { Context } from './context.ts';
import { wholeJournal } from './find-operation.ts';
import { namedNodes } from './named-nodes.ts';
import { progressDisplay } from './progress-display.ts';
import { tellInterrupted, tellWarnings } from './read-survey.ts';
import { verifyTools } from './verify-tools.ts';

export interface VerifyArgs {
  /** Nodes, NAME or node/NAME; none: those that were moved lately. */
  names: string[];
  output: 'table' | 'json' | 'yaml';
  noHeaders: boolean;
  probe: 'auto' | 'never';
  image: string | undefined;
  namespace: string | undefined;
  stateDir: string | undefined;
  settings: SettingFlags;
  connection: ConnectionFlags;
}

/** `verify`: what was cured stays cured: the API, the nodes, the pods. Exit code 1 when something fails. */
export async function runVerify(context: Context, args: VerifyArgs): Promise<ExitCode> {
  const names = [...new Set(args.names.map(nodeName))];
  const wire = await context.connect(args.connection);
  try {
    const needs = { pods: 'none', clusterUID: false, freshness: 'quorum' } as const;
    const survey = await surveyCluster(wire, needs, args.settings);
    tellInterrupted(context, survey);
    tellWarnings(context, survey);
    const subjects = await findSubjects(context, args, names, { wire, survey });
    const lines = subjects.length === 0 ? [] : await look(context, args, subjects, { wire, survey });
    return print(context, args, inOrder(lines, subjects));
  } finally {
    wire.close();
  }
}

interface Seen {
  wire: Wire;
  survey: ClusterSurvey;
}

async function findSubjects(
  context: Context,
  { stateDir }: VerifyArgs,
  names: string[],
  { wire, survey }: Seen,
): Promise<VerifySubject[]> {
  const { env } = context;
  const journaled = await readLately();
  if (names.length === 0) return journaled;
  // One that was moved and is absent now is verified all the same: it fails.
  const moved = new Set(journaled.map(({ node }) => node));
  const others = names.filter((name) => !moved.has(name));
  namedNodes(survey, others);
  return namedSubjects(names, journaled);

  /** Who names nodes can do without the journal. */
  async function readLately(): Promise<VerifySubject[]> {
    try {
      const stateFolder = await openStateFolder({ stateDir, env, platform: process.platform });
      const { operations } = await wholeJournal(context, { wire, stateFolder });
      return journaledSubjects(operations, survey.now);
    } catch (error) {
      if (names.length === 0 || !(error instanceof ApiError || error instanceof Failure)) throw error;
      context.streams.err(`Warning: the journal cannot be read: ${escapeLine(error.message)}\n`);
      return [];
    }
  }
}

/** Whoever stops it on the way gets no report, but nothing is left behind. */
async function look(
  context: Context,
  { probe, image, namespace }: VerifyArgs,
  subjects: VerifySubject[],
  { wire, survey }: Seen,
): Promise<VerifyLine[]> {
  const { signals } = context;
  const leaving = new Leaving();
  let hurry: () => void = () => undefined;
  const hurried = new Promise<never>((_, reject) => {
    hurry = () => reject(new Failure(LEFT_BEHIND.message, { hint: LEFT_BEHIND.hint }));
  });
  const release = signals.hold(() => hurry(), {
    says: 'taking away what was made, then stopping',
    run: (signal) => leaving.ask(signal),
  });
  const display = progressDisplay(context, () => false);
  try {
    const tools = verifyTools(context, { wire, leaving, display, nodes: subjects.length });
    const choices = { probe, image, namespace, helper: probe === 'auto' ? ('allowed' as const) : ('never' as const) };
    const seen = await Promise.race([verifyNodes(survey, subjects, choices, tools), hurried]);
    return [...judgeAgreement(subjects, survey), ...seen];
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    throw new Failure(`${error.message}, nothing was left behind`);
  } finally {
    display.close();
    release();
  }
}

const LEFT_BEHIND = {
  message: 'stopped at once: a short-lived pod may be left behind',
  hint: 'the next verify removes it; or: kubectl delete pods -A -l kubectl-podcidr/pod=probe',
};

function print({ streams }: Context, { output, noHeaders }: VerifyArgs, lines: VerifyLine[]): ExitCode {
  if (output !== 'table') streams.out(renderDocument(verifyReport(lines), output));
  else if (lines.length > 0) streams.out(renderVerification(lines, !noHeaders));
  if (lines.length === 0) {
    streams.err('No operation was finished in the last 30 days; name nodes: kubectl podcidr verify NODE…\n');
  } else if (output === 'table') streams.err(renderVerifySummary(lines));
  return lines.some(({ result }) => result === 'fail') ? EXIT.problems : EXIT.fine;
}
