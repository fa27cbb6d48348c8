import type { OperationManifest, OperationRecord, Step } from '../../model/operation.ts';
import { STEP_ORDER } from '../../model/step-order.ts';

/** Whatever else was written, a move that was taken back is over. */
const RANK: Step[] = [...STEP_ORDER, 'undone'];

/** Of two copies of a record the one that was written later: by attempt, step, and time. */
export function laterRecord(one: OperationRecord | undefined, other: OperationRecord): OperationRecord {
  if (!one) return other;
  const ahead = other.attempt - one.attempt || RANK.indexOf(other.step) - RANK.indexOf(one.step);
  return ahead > 0 || (ahead === 0 && other.at > one.at) ? other : one;
}

/** Of two copies of a manifest the one that is closed, or was written later. */
export function laterManifest(one: OperationManifest | undefined, other: OperationManifest): OperationManifest {
  if (!one) return other;
  const closed = Number(other.state !== 'open') - Number(one.state !== 'open');
  return closed > 0 || (closed === 0 && other.at > one.at) ? other : one;
}

/** What can be said of an operation whose manifest is gone: its begun nodes. Undefined without any record. */
export function derivedManifest(records: OperationRecord[]): OperationManifest | undefined {
  const [first] = records;
  if (!first) return undefined;
  const { schema, tool, clusterUID, operation, at } = first;
  const done = records.every(({ step }) => step === 'finished');
  return {
    schema,
    tool,
    clusterUID,
    operation,
    verb: 'reassign',
    by: 'an unknown user',
    startedAt: at,
    state: done ? 'finished' : 'open',
    settings: { clusterCIDRs: [], nodeMasks: [], serviceCIDRs: [] },
    choices: {
      drain: undefined,
      ignoreUnlisted: false,
      allocatorRestart: 'auto',
      allowConflict: false,
      pauseBetween: 0,
      cooldown: 120_000,
    },
    moves: records.map(({ node, uid, method, from, to, wished }) => ({ node, uid, method, from, to, wished })),
    at,
  };
}
