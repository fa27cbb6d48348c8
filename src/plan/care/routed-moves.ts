import { careFor } from '../../cni/care/catalogue.ts';
import type { OperationRecord } from '../../model/operation.ts';
import type { WantedRoute } from './routes.ts';

/** Moves after which other nodes need other routes. */
function changedMoves(records: OperationRecord[]): OperationRecord[] {
  return records.filter(({ step, from, to }) => step !== 'undone' && from.join(',') !== to.join(','));
}

/** Those of them whose CNI works with the new subnets, and gives every node a route to each other. */
export function routedMoves(records: OperationRecord[]): OperationRecord[] {
  return changedMoves(records).filter(
    ({ care }) => care?.blocked !== true && (care?.agents ?? []).some(({ cni }) => careFor(cni)?.routes),
  );
}

/** True when who has all of these routes finds every node that was moved: none was left out. */
export function coversAll(records: OperationRecord[], wanted: WantedRoute[]): boolean {
  const found = new Set(wanted.flatMap(({ holders }) => holders.map(({ node }) => node)));
  const sought = routedMoves(records).filter(({ node }) => found.has(node));
  return sought.length === changedMoves(records).length;
}
