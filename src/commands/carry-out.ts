import type { Wire } from '../kube/wire/wire.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import type { OperationChoices, OperationRecord } from '../model/operation.ts';
import type { Move, MovePlan } from '../model/plan.ts';
import { shellWord } from '../model/text.ts';
import { operationId, runOperation } from '../operate/operation.ts';
import type { Outcome } from '../operate/runner.ts';
import { verifyMoves } from '../operate/verify.ts';
import type { Ground } from '../plan/ground.ts';
import { renderDocument } from '../render/document.ts';
import { escapeLine } from '../render/escape.ts';
import { operationDocument } from '../render/plan-documents.ts';
import type { Context } from './context.ts';

export interface CarryOutOptions {
  wire: Wire;
  stateFolder: string;
  ground: Ground;
  choices: OperationChoices;
  output: 'json' | 'yaml' | undefined;
}

/** Carries out a plan that the operator has agreed to, and tells how each move ended. */
export async function carryOut(context: Context, plan: MovePlan, options: CarryOutOptions): Promise<ExitCode> {
  const { streams, signals, clock, waits, version } = context;
  const { wire, output } = options;
  const tell = (line: string) => streams.err(`${escapeLine(line)}\n`);
  const id = operationId(clock.now(), context.random(6));
  const release = signals.hold();
  try {
    const outcomes = await runOperation(id, plan, {
      ...options,
      clock,
      waits,
      tool: `kubectl-podcidr/${version}`,
      stopping: () => signals.caught !== undefined,
      tell,
      ended: (outcome) => report(outcome, context, output === undefined),
    });
    const done = outcomes.filter(({ state }) => state === 'finished').map(({ record }) => record);
    const complaints = [...otherwise(plan, done), ...(await verify(wire, done))];
    for (const complaint of complaints) tell(`error: ${complaint}`);
    if (done.length > 0 && complaints.length === 0) {
      tell('Verified: every moved node is there once, with its new subnet, shared with no other node.');
      tell('Not verified: the CNI on the nodes, routes of the peers, reachability of pods.');
    }
    const rest = plan.moves.slice(outcomes.length);
    if (rest.length > 0) tell(`Not begun: ${rest.map(({ node }) => node).join(', ')}. Go on with:`);
    if (rest.length > 0) tell(`  ${reassignCommand(rest)}`);
    const code = exitCode(plan, outcomes, complaints);
    if (output) streams.out(renderDocument(document(id, outcomes, code), output));
    return code;
  } finally {
    release();
  }
}

/** The same wishes again, for the moves that were not begun. */
function reassignCommand(moves: Move[]): string {
  const words = moves.map(({ node, to, wished }) => shellWord(wished ? `${node}=${to.join(',')}` : node));
  return ['kubectl podcidr reassign', ...words].join(' ');
}

/** Moves that ended with another subnet than the one that was named for them. */
function otherwise(plan: MovePlan, done: OperationRecord[]): string[] {
  return plan.moves
    .filter(({ wished }) => wished)
    .flatMap(({ node, to }) => {
      const record = done.find((one) => one.node === node);
      return !record || record.to.join(',') === to.join(',')
        ? []
        : [`node ${node} has ${record.to.join(',')}, not ${to.join(',')}`];
    });
}

/** What cannot be verified is a complaint, not a failure: nodes have moved. */
async function verify(wire: Wire, done: OperationRecord[]): Promise<string[]> {
  if (done.length === 0) return [];
  return verifyMoves(wire, done).catch((error: Error) => [`what was done could not be verified: ${error.message}`]);
}

function report({ state, record, ...rest }: Outcome, { streams }: Context, words: boolean): void {
  const { node, from, to } = record;
  if (state === 'finished') {
    if (words) streams.out(`node/${node} reassigned (${from.join(',') || '<none>'} → ${to.join(',')})\n`);
    return;
  }
  const error = 'error' in rest ? rest.error : undefined;
  const what = { refused: 'was not moved', undone: 'was not moved; it is as it was', interrupted: 'is not finished' }[
    state
  ];
  const hint = error instanceof Failure ? error.hint : undefined;
  const lines = [`error: node ${node} ${what}: ${error?.message ?? ''}`, ...(hint === undefined ? [] : [hint])];
  streams.err(lines.map((line) => `${escapeLine(line)}\n`).join(''));
}

function exitCode(plan: MovePlan, outcomes: Outcome[], complaints: string[]): ExitCode {
  const states = outcomes.map(({ state }) => state);
  const unfinished = states.some((state) => state === 'undone' || state === 'interrupted');
  if (unfinished || complaints.length > 0 || outcomes.length < plan.moves.length) return EXIT.unfinished;
  const refused = plan.refused.length + states.filter((state) => state === 'refused').length;
  if (refused === 0) return EXIT.fine;
  return plan.moves.length + plan.refused.length === 1 ? EXIT.failed : EXIT.problems;
}

function document(id: string, outcomes: Outcome[], code: ExitCode) {
  const moves = outcomes.map(({ record: { node, from, to, step } }) => ({ node, from, to, step }));
  return operationDocument(id, code === EXIT.unfinished ? 'interrupted' : 'finished', moves);
}
