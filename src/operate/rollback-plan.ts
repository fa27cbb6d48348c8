import { Failure } from '../model/failure.ts';
import type { OperationManifest } from '../model/operation.ts';
import type { JournaledOperation } from './journal/read.ts';
import { latestOf } from './latest.ts';
import type { Resumption } from './operation.ts';

/** A rollback as it was agreed to. */
export interface RollbackPlan extends Resumption {
  /** The operation that is rolled back. */
  of: string;
  /** It was interrupted before, and is gone on with. */
  isBegun: boolean;
}

/** What a rollback rests on: the operation that is rolled back, and its own journal when it was interrupted before. */
export interface Rollback {
  of: JournaledOperation;
  manifest: OperationManifest;
  /** Undefined when it is begun now. */
  former: JournaledOperation | undefined;
  held: RollbackPlan['held'];
}

/**
 * The rollback as its journals stand now that the lock is ours. Throws Failure when one is gone or cannot be used, and when
 * somebody else has begun to take the operation back.
 */
export function latestRollback(
  { of: id, manifest, isBegun, held }: RollbackPlan,
  operations: ReadonlyMap<string, JournaledOperation>,
): Rollback {
  const of = latestOf(operations, id);
  const former = isBegun ? latestOf(operations, manifest.operation) : undefined;
  const [other] = [...operations.values()].filter(
    (one) => one.manifest.of === id && one.manifest.state === 'open' && one.id !== manifest.operation,
  );
  if (other) {
    throw new Failure(`operation ${id} is being taken back by operation ${other.id} already; nothing was changed`, {
      hint: `go on with: kubectl podcidr resume ${other.id}`,
    });
  }
  return { of, manifest: former ? { ...former.manifest, choices: manifest.choices } : manifest, former, held };
}
