import type { OperationManifest } from '../model/operation.ts';
import { type MoveStanding, operationState } from './operation.ts';
import { renderTable } from './table.ts';

/** How far an operation is, node by node, for the operator who goes on with it. */
export function renderStanding(manifest: OperationManifest, standings: MoveStanding[]): string {
  const { moves } = operationState(manifest, standings, false);
  const rows = moves.map(({ node, from, to, step }) => [node, from.join(','), to.join(','), step]);
  return renderTable(['NODE', 'FROM', 'TO', 'STEP'], rows);
}
