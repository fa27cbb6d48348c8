import type { Wire } from '../kube/wire/wire.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import type { OperationManifest, OperationRecord, Verb } from '../model/operation.ts';
import { type Cared, leftOn } from '../operate/care/phase.ts';
import { Leaving, Left } from '../operate/leaving.ts';
import type { Ended } from '../operate/operation.ts';
import type { Outcome } from '../operate/runner.ts';
import type { Tools } from '../operate/tools.ts';
import { verifyMoves } from '../operate/verify.ts';
import type { Ground } from '../plan/ground.ts';
import { renderDocument } from '../render/document.ts';
import { escapeLine } from '../render/escape.ts';
import { leftAfterwards } from '../render/left.ts';
import { DONE, operationDocument } from '../render/operation.ts';
import { podCIDRsOf } from '../subnet/pod-cidrs.ts';
import type { Context } from './context.ts';
import { type ProgressDisplay, progressDisplay } from './progress-display.ts';
import { verifyAfter } from './verify-after.ts';

export interface AtWork {
  wire: Wire;
  /** As Tools.sameCluster. */
  sameCluster: string;
  stateFolder: string;
  ground: Ground;
  output: 'json' | 'yaml' | undefined;
  /** Moves that were refused beforehand, and are not in the operation. */
  refused: number;
}

/**
 * Carries out an operation with signals held, and tells how each move ended, what was verified, and how to go on. The exit
 * code: 3 when something is left to do, 1 when a move was refused or what was done is not as it should be.
 */
export async function atWork(
  context: Context,
  options: AtWork,
  verb: Verb,
  run: (tools: Tools) => Promise<Ended>,
): Promise<ExitCode> {
  const { streams, signals, clock, waits, version, identity } = context;
  const tell = (line: string) => streams.err(`${escapeLine(line)}\n`);
  const leaving = new Leaving();
  const release = signals.hold((signal) => {
    if (leaving.asked) return;
    tell(`${signal}: stopping ${leaving.isShut ? 'as soon as no Node is absent' : 'now'}`);
    leaving.ask(signal);
  });
  const display = progressDisplay(context, () => leaving.isShut);
  try {
    const ended = await run({
      ...options,
      clock,
      waits,
      tool: `kubectl-podcidr/${version}`,
      by: identity,
      nonce: context.random(8),
      stopping: () => signals.caught !== undefined,
      leaving,
      tell,
      progress: display.tell,
      ended: (outcome) => {
        display.ended();
        report(outcome, verb, context, options.output === undefined);
      },
    });
    display.close();
    return await conclude(ended, options, context, { tell, leaving, display });
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    // Before the operation was begun, or said to be.
    throw new Failure(error.message, {
      hint: 'kubectl podcidr operations shows what is left to do',
      exitCode: EXIT.unfinished,
    });
  } finally {
    display.close();
    release();
  }
}

async function conclude(
  { manifest, outcomes, cared, found }: Ended,
  { wire, sameCluster, output, refused }: AtWork,
  context: Context,
  { tell, leaving, display }: Pick<Tools, 'tell' | 'leaving'> & { display: ProgressDisplay },
): Promise<ExitCode> {
  const done = outcomes.flatMap((outcome) => (outcome.state === 'finished' ? [outcome.record] : []));
  const moved = done.filter(({ step }) => step !== 'undone');
  // Who has left does not wait for another look.
  const looked = leaving.left ? [] : await verify(wire, done, manifest.choices.allowConflict);
  const ofAPI = [...otherwise(moved, manifest), ...looked];
  // What may be shared need not reach each other; what is not finished is looked at when it is.
  const isWhole = manifest.state !== 'open' && !manifest.choices.allowConflict;
  const beyond = await verifyAfter(context, isWhole ? moved : [], { wire, leaving, display });
  const complaints = [...ofAPI, ...beyond.complaints];
  // An earlier run stopped at it: nothing is left to do, and it was not moved.
  for (const outcome of manifest.state === 'open' ? [] : outcomes.filter(({ state }) => state === 'undone')) {
    report(outcome, manifest.verb, context, true);
  }
  for (const complaint of complaints) tell(`error: ${complaint}`);
  if (done.some((record) => !isAbsentAgain(record)) && ofAPI.length === 0 && !leaving.left) {
    const alone = manifest.choices.allowConflict ? '' : ', shared with no other node';
    const which = manifest.verb === 'rollback' ? 'former' : 'new';
    tell(`Verified: every moved node is there once, with its ${which} subnet${alone}.`);
    for (const line of verifiedByCare(cared, beyond.looked)) tell(line);
  }
  for (const line of beyond.lines) tell(line);
  if (beyond.complaints.length > 0) {
    tell(`See: kubectl podcidr verify ${moved.map(({ node }) => node).join(' ')}${sameCluster}`);
  }
  if (done.length > 0 && leaving.left) tell('Not verified: it was stopped at once.');
  // Who goes on later, or never, has to know it now.
  const left = cared?.left ?? leftOn(moved);
  for (const line of leftAfterwards(left, cared?.unseen ?? [])) tell(line);
  if (manifest.state === 'open') {
    const begun = new Set(outcomes.map(({ record }) => record.node));
    const rest = manifest.moves.filter(({ node }) => !begun.has(node)).map(({ node }) => node);
    tell(`${rest.length > 0 ? `Not begun: ${rest.join(', ')}. ` : ''}Go on, or take everything back, with:`);
    tell(`  kubectl podcidr resume ${manifest.operation}${sameCluster}`);
    tell(`  kubectl podcidr rollback ${manifest.operation}${sameCluster}`);
  }
  const code = exitCode({ manifest, outcomes }, refused, complaints.length > 0 || cared?.fails === true);
  // What ends with it has changed nothing: there is nothing to be read by a program.
  if (output && code !== EXIT.failed) {
    const standings = found?.map((record) => ({ record })) ?? outcomes;
    context.streams.out(renderDocument(operationDocument(manifest, standings), output));
  }
  return code;
}

/** What after-care has seen on the nodes, and what nobody has looked at. */
function verifiedByCare(cared: Cared | undefined, looked: boolean): string[] {
  const { inForce = false, routes = false } = cared ?? {};
  const seen = [
    ...(inForce ? ['the CNI on them works with it'] : []),
    ...(routes ? ['the other nodes have their routes to them'] : []),
  ];
  const open = [
    ...(inForce ? [] : ['the CNI on the nodes']),
    ...(routes ? [] : ['routes of the peers']),
    ...(looked ? [] : ['reachability of pods']),
  ];
  return [
    ...(seen.length > 0 ? [`Verified: ${seen.join(', and ')}.`] : []),
    ...(open.length > 0 ? [`Not verified: ${open.join(', ')}.`] : []),
  ];
}

function exitCode({ manifest, outcomes }: Ended, refusedBefore: number, isWrong: boolean): ExitCode {
  if (manifest.state === 'open') return EXIT.unfinished;
  const refused = refusedBefore + outcomes.filter(({ state }) => state === 'refused').length;
  if (refused > 0 && outcomes.length + refusedBefore === 1) return EXIT.failed;
  const undone = outcomes.some(({ state }) => state === 'undone');
  return refused > 0 || undone || isWrong ? EXIT.problems : EXIT.fine;
}

/** A Node that was lost, and whose restoring was taken back before it was posted. */
function isAbsentAgain({ method, step }: OperationRecord): boolean {
  return method === 'create' && step === 'undone';
}

/** Moves that ended with another subnet than the one that was named for them. */
function otherwise(done: OperationRecord[], { moves }: OperationManifest): string[] {
  return done.flatMap(({ node, wished, to, body }) => {
    const named = moves.find((move) => move.node === node)?.to ?? podCIDRsOf(body);
    const asked = wished ? named : to;
    return asked.join(',') === to.join(',') ? [] : [`node ${node} has ${to.join(',')}, not ${asked.join(',')}`];
  });
}

/** What cannot be verified is a complaint, not a failure: nodes have moved. */
async function verify(wire: Wire, done: OperationRecord[], mayShare: boolean): Promise<string[]> {
  if (done.length === 0) return [];
  return verifyMoves(wire, done, mayShare).catch((error: Error) => [
    `what was done could not be verified: ${error.message}`,
  ]);
}

function report(outcome: Outcome, verb: Verb, { streams }: Context, words: boolean): void {
  const { node, from, to } = outcome.record;
  if (outcome.state === 'finished') {
    if (!words) return;
    const subnet = (podCIDRs: string[]) => podCIDRs.join(',') || '<none>';
    const undone = isAbsentAgain(outcome.record) ? 'absent, as before' : subnet(from);
    const change = outcome.record.step === 'undone' ? undone : `${subnet(from)} → ${subnet(to)}`;
    streams.out(`node/${node} ${DONE[verb]} (${change})\n`);
    return;
  }
  const { error } = outcome;
  const what = {
    refused: 'was not moved',
    held: 'was not moved',
    undone: 'was not moved; it is as it was',
    interrupted: 'is not finished',
  }[outcome.state];
  const hint = error instanceof Failure ? error.hint : undefined;
  const lines = [`error: node ${node} ${what}: ${error.message}`, ...(hint === undefined ? [] : [hint])];
  streams.err(lines.map((line) => `${escapeLine(line)}\n`).join(''));
}
