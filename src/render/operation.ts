import type { RawObject } from '../model/json.ts';
import type { OperationManifest, OperationRecord, Verb } from '../model/operation.ts';
import { renderTable } from './table.ts';

/** What is said of a move that is finished, after `node/NAME `. */
export const DONE: Record<Verb, string> = {
  reassign: 'reassigned',
  reset: 'reset',
  restore: 'restored',
  rollback: 'rolled back',
};

/** How a move stands, as far as it is told. */
export interface MoveStanding {
  state?: string;
  record: Pick<OperationRecord, 'node' | 'from' | 'to' | 'step'>;
}

export type OperationState = 'running' | 'interrupted' | 'finished' | 'rolledBack';

/** The Operation of the contract. `standings`: of the moves that are begun; the others are `planned`. */
export function operationDocument(manifest: OperationManifest, standings: MoveStanding[], running = false): RawObject {
  const { operation, verb, by, startedAt } = manifest;
  const { state, moves } = operationState(manifest, standings, running);
  return {
    apiVersion: 'kubectl-podcidr/v1',
    kind: 'Operation',
    id: operation,
    verb,
    by,
    startedAt,
    state,
    moves: moves.map((move) => ({ ...move })),
  };
}

/** What is known of an operation: its state, and each move with the last step that was finished. */
export function operationState(manifest: OperationManifest, standings: MoveStanding[], running: boolean) {
  const moves = manifest.moves.map(({ node, from, to }) => {
    const record = standings.find((one) => one.record.node === node)?.record;
    return record ? pick(record) : { node, from, to, step: 'planned' };
  });
  const others = standings.filter(({ record }) => !manifest.moves.some(({ node }) => node === record.node));
  const open: OperationState = running ? 'running' : 'interrupted';
  const state: OperationState = manifest.state === 'open' ? open : manifest.state;
  return { state, moves: [...moves, ...others.map(({ record }) => pick(record))] };
}

function pick({ node, from, to, step }: MoveStanding['record']) {
  return { node, from, to, step };
}

/** One row of `operations`. */
export interface OperationRow {
  manifest: OperationManifest;
  state: OperationState;
  /** Moves that are finished, and all. */
  done: number;
  moves: number;
  /** As in kubectl's AGE columns. */
  age: string;
}

/** The OperationList of the contract. */
export function operationList(items: RawObject[]): RawObject {
  return { apiVersion: 'kubectl-podcidr/v1', kind: 'OperationList', items };
}

/** The table of `operations`, the newest last. */
export function renderOperations(rows: OperationRow[], headers: boolean): string {
  return renderTable(
    headers ? ['ID', 'VERB', 'STATE', 'DONE', 'BY', 'AGE'] : undefined,
    rows.map(({ manifest: { operation, verb, by }, state, done, moves, age }) => [
      operation,
      verb,
      state,
      `${done}/${moves}`,
      by,
      age,
    ]),
  );
}
