import { sameCluster } from '../model/connection.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import type { OperationManifest, PlannedMove } from '../model/operation.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import type { JournaledOperation } from '../operate/journal/read.ts';
import { openStateFolder } from '../operate/journal/state-folder.ts';
import { remainingBack } from '../operate/remaining.ts';
import { movesBack, rollbackOperation } from '../operate/rollback.ts';
import { type Ground, surveyGround } from '../plan/ground.ts';
import { absentMoves, conflictsOf, lostMoves } from '../plan/rollback.ts';
import { renderStanding } from '../render/standing.ts';
import { atWork } from './at-work.ts';
import { newManifest } from './carry-out.ts';
import { checkRemaining } from './check-remaining.ts';
import { agreed, mustAsk } from './confirm.ts';
import type { Context } from './context.ts';
import { findOperation, wholeJournal } from './find-operation.ts';
import { tellWarnings } from './read-survey.ts';
import { chosenBy, type ResumeArgs, standings, surveyAgain } from './resume.ts';

export interface RollbackArgs extends ResumeArgs {
  allowConflict: boolean;
  /** Milliseconds; undefined: as the operation was begun with. */
  cooldown: number | undefined;
}

/** `rollback`: gives each node of an operation its former subnet back, finished or not. */
export async function runRollback(context: Context, args: RollbackArgs): Promise<ExitCode> {
  const { streams, env } = context;
  const [id, more] = args.ids;
  if (more !== undefined)
    throw new Failure('rollback takes one operation', { hint: 'kubectl podcidr operations lists them' });
  mustAsk(context, args.yes, 'rollback');
  const wire = await context.connect(args.connection);
  try {
    const stateFolder = await openStateFolder({ stateDir: args.stateDir, env, platform: process.platform });
    const journal = await wholeJournal(context, { wire, stateFolder });
    const found = await findOperation(journal, id, { wire, stateFolder });
    if (!found)
      throw new Failure('no operation is interrupted', {
        hint: 'name the one to roll back: kubectl podcidr operations',
      });
    if (found.manifest.verb === 'rollback' && found.manifest.state === 'open') {
      throw new Failure(`operation ${found.id} is a rollback itself`, {
        hint: `finish it with: kubectl podcidr resume ${found.id}`,
      });
    }
    const former = journal.operations.find(({ manifest }) => manifest.of === found.id && manifest.state === 'open');
    if (found.manifest.state === 'rolledBack' && !former) {
      streams.err(`operation ${found.id} is rolled back; nothing was changed\n`);
      return EXIT.fine;
    }
    const survey = await surveyAgain(wire, found.manifest, args.settings);
    tellWarnings(context, { ...survey, warnings: [] });
    const ground = surveyGround(survey);
    const back = movesBack(found.records, { moves: former?.manifest.moves ?? [] });
    // One that was begun says itself how far each is.
    if (!former) checkThere(back, survey);
    checkConflicts([...back, ...absentMoves(found.records, survey)], ground, args.allowConflict);
    streams.err(renderStanding(found.manifest, standings(found)));
    const manifest = chosenBy(former?.manifest ?? backwards(context, found, args), args);
    const remaining = remainingBack(found.records, { back, former: former?.records }, survey.nodes);
    const planned = await checkRemaining(context, wire, manifest, remaining, survey);
    if (!args.yes && !(await agreed(context, `Give these nodes their former subnets back?`))) {
      streams.err('rollback cancelled, nothing was changed\n');
      return EXIT.fine;
    }
    const options = {
      wire,
      sameCluster: sameCluster(args.connection),
      stateFolder,
      ground,
      output: args.output,
      refused: 0,
    };
    return await atWork(context, options, 'rollback', (tools) =>
      rollbackOperation({ ...planned, of: found.id, isBegun: former !== undefined }, tools),
    );
  } finally {
    wire.close();
  }
}

function backwards(
  context: Context,
  of: JournaledOperation,
  { allowConflict, cooldown }: RollbackArgs,
): OperationManifest {
  const { choices } = of.manifest;
  const { attested, ...others } = choices;
  // What was vouched for an operation that is done says nothing of today.
  const stillSo = of.manifest.state === 'open' && attested ? { attested } : {};
  const own = { ...others, ...stillSo, unlisted: [], allowConflict, cooldown: cooldown ?? choices.cooldown };
  return { ...newManifest(context, 'rollback', { ...of.manifest, moves: [] }, own), of: of.id };
}

/** Throws Failure when a node is no longer the one that was moved: what it has now is not ours to take. */
function checkThere(moves: PlannedMove[], survey: ClusterSurvey): void {
  const lost = lostMoves(moves, survey);
  const [first, ...more] = lost;
  if (!first) return;
  const rest = moves.filter(({ node }) => !lost.some((one) => one.node === node));
  const others = more.length > 0 ? ` (and ${more.length} more)` : '';
  const command = rest.map(({ node, to }) => `${node}=${to.join(',')}`).join(' ');
  throw new Failure(`node ${first.node} cannot have its former subnet back: ${first.reason}${others}`, {
    hint:
      rest.length > 0
        ? `this gives the others theirs: kubectl podcidr reassign ${command}`
        : 'kubectl podcidr list shows what is there now; kubectl podcidr reassign NODE=CIDR gives it a subnet',
  });
}

/** Throws Failure when a former subnet is somebody else's by now, or is not fit for the cluster any more. */
function checkConflicts(moves: PlannedMove[], ground: Ground, allowed: boolean): void {
  const [first, ...others] = conflictsOf(moves, ground);
  if (!first || allowed) return;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  throw new Failure(`node ${first.node} cannot have its former subnet back: ${first.reason}${more}`, {
    hint: '--allow-conflict gives it back all the same; what is not finished is finished by kubectl podcidr resume',
  });
}
