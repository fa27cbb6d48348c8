import { getLease } from '../kube/objects/lease.ts';
import { LOCK, readHolder } from '../kube/objects/lock-lease.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { ConnectionFlags } from '../model/connection.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import { isOld } from '../operate/journal/old.ts';
import { prune } from '../operate/journal/prune.ts';
import type { JournaledOperation } from '../operate/journal/read.ts';
import { openStateFolder } from '../operate/journal/state-folder.ts';
import { renderAge } from '../render/age.ts';
import { renderDocument } from '../render/document.ts';
import { operationDocument, operationList, operationState, renderOperations } from '../render/operation.ts';
import { agreed, mustAsk } from './confirm.ts';
import type { Context } from './context.ts';
import { findOperation, type JournalSource, wholeJournal } from './find-operation.ts';
import { standings } from './resume.ts';

export interface OperationsArgs {
  /** Operation ids, or `prune` and the ids to forget. */
  words: string[];
  output: 'table' | 'json' | 'yaml';
  noHeaders: boolean;
  yes: boolean;
  stateDir: string | undefined;
  connection: ConnectionFlags;
}

/** `operations`: what was started, and how far it is; `operations prune` forgets what is done. */
export async function runOperations(context: Context, args: OperationsArgs): Promise<ExitCode> {
  const wire = await context.connect(args.connection);
  try {
    const { stateDir } = args;
    const stateFolder = await openStateFolder({ stateDir, env: context.env, platform: process.platform });
    const source = { wire, stateFolder };
    const [word, ...ids] = args.words;
    return await (word === 'prune' ? forget(context, args, ids, source) : show(context, args, source));
  } finally {
    wire.close();
  }
}

async function show(context: Context, args: OperationsArgs, source: JournalSource): Promise<ExitCode> {
  const { streams, clock } = context;
  const [journal, holder] = await Promise.all([wholeJournal(context, source), runningOperation(source.wire)]);
  const named = await Promise.all(
    args.words.map((id) => findOperation({ ...journal, operations: journal.operations }, id, source)),
  );
  const chosen = args.words.length > 0 ? named.flatMap((one) => one ?? []) : journal.operations;
  const documents = chosen.map((one) => operationDocument(one.manifest, standings(one), one.id === holder));
  if (args.output !== 'table') {
    const [only] = documents;
    const single = args.words.length === 1 && only !== undefined;
    streams.out(renderDocument(single ? only : operationList(documents), args.output));
  } else if (chosen.length === 0) streams.err('No operations found\n');
  else {
    const rows = chosen.map((one) => row(one, one.id === holder, clock.now()));
    streams.out(renderOperations(rows, !args.noHeaders));
  }
  return EXIT.fine;
}

function row(operation: JournaledOperation, running: boolean, now: number) {
  const { manifest } = operation;
  const { state, moves } = operationState(manifest, standings(operation), running);
  const done = moves.filter(({ step }) => step === 'finished' || step === 'undone').length;
  return { manifest, state, done, moves: moves.length, age: renderAge(now - Date.parse(manifest.startedAt)) };
}

/** Id of the operation whose process is at work now; undefined when none is, or it may not be read. */
async function runningOperation(wire: Wire): Promise<string | undefined> {
  try {
    const there = await getLease(wire, LOCK.namespace, LOCK.name);
    const holder = there && readHolder(there.lease);
    if (!holder) return undefined;
    const alive = there.date === undefined || there.date - holder.renewed <= holder.expiry;
    return alive ? holder.operation : undefined;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

async function forget(context: Context, args: OperationsArgs, ids: string[], source: JournalSource): Promise<ExitCode> {
  const { streams, clock } = context;
  const journal = await wholeJournal(context, source);
  const holder = await runningOperation(source.wire);
  const named = ids.map((id) => journal.operations.find((one) => one.id === id) ?? id);
  const unknown = named.find((one) => typeof one === 'string');
  if (unknown !== undefined) await findOperation(journal, String(unknown), source);
  if (holder !== undefined && ids.includes(holder)) {
    throw new Failure(`operation ${holder} is being carried out`, {
      hint: 'wait until it is finished; if its process is gone, its lock expires 15 s after its last sign of life',
    });
  }
  const chosen =
    ids.length > 0
      ? named.filter((one) => typeof one !== 'string')
      : journal.operations.filter(({ manifest }) => isOld(manifest, clock.now()));
  const open = chosen.filter(({ manifest }) => manifest.state === 'open');
  if (open.length > 0) {
    mustAsk(context, args.yes, 'prune');
    const question = `Forget ${open.map(({ id }) => id).join(', ')}, which is not finished? It cannot be resumed afterwards.`;
    if (!args.yes && !(await agreed(context, question))) {
      streams.err('prune cancelled, nothing was changed\n');
      return EXIT.fine;
    }
  }
  for (const operation of chosen) {
    const kept = await prune(source.wire, source.stateFolder, operation);
    if (args.output === 'table') streams.out(`operation/${operation.id} pruned\n`);
    if (kept === undefined || operation.records.size === 0) continue;
    streams.err(
      `Its Nodes are kept; one that is absent comes back with: kubectl podcidr restore -f ${kept}/NODE.record\n`,
    );
  }
  if (args.output !== 'table') {
    const documents = chosen.map((one) => operationDocument(one.manifest, standings(one)));
    streams.out(renderDocument(operationList(documents), args.output));
  }
  if (chosen.length === 0) streams.err('No operations older than 30 days found\n');
  return EXIT.fine;
}
