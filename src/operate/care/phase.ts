import type { LeftToDo } from '../../model/left-to-do.ts';
import type { OperationManifest, OperationRecord } from '../../model/operation.ts';
import { Left } from '../leaving.ts';
import type { Outcome } from '../runner.ts';
import type { Session } from '../session.ts';
import { settlePeers } from './peers.ts';

/** How after-care ended, for all moves of an operation. */
export interface Cared {
  /** For the operator, in the order in which it is to be done. */
  left: LeftToDo[];
  /** Nodes on which no pod of a CNI was seen: nothing was done there. */
  unseen: string[];
  /** Every moved node was seen to work with its new subnets. */
  inForce: boolean;
  /** Every other node was seen to have its routes to them; undefined: there was nothing to see. */
  routes: boolean | undefined;
  /** The CNI on a moved node was seen not to work with its new subnets, or a peer to lack a route though its CNI was restarted. */
  fails: boolean;
  /** The operator stopped it; a later run goes on. */
  stopped: boolean;
}

/** The newest record of each node whose move is done, `former` ones of an earlier run included. */
export function newestRecords(former: OperationRecord[], outcomes: Outcome[]): OperationRecord[] {
  const done = outcomes.flatMap((outcome) => (outcome.state === 'finished' ? [outcome.record] : []));
  return [...new Map([...former, ...done].map((record) => [record.node, record])).values()];
}

/** After all moves: the other nodes, and what is left to the operator on the moved ones. Nothing without after-care. */
export async function careAfterwards(
  { choices }: OperationManifest,
  records: OperationRecord[],
  session: Session,
): Promise<Cared> {
  if (choices.afterCare !== 'auto') return NOTHING;
  const finished = records.filter(({ step }) => step === 'finished');
  const cared = finished.filter(({ care }) => care !== undefined);
  const seen = await settlePeers(finished, session.work(choices, [])).catch(leftAtOnce);
  const isUnseen = ({ care }: OperationRecord) => care?.agents.length === 0 && care.left.length === 0;
  return {
    left: [...leftOn(cared), ...seen.left],
    unseen: cared.filter(isUnseen).map(({ node }) => node),
    inForce: cared.length > 0 && cared.every(({ care }) => care?.inForce === true),
    routes: seen.state === 'not needed' ? undefined : seen.state === 'seen',
    fails: seen.state === 'lacking' || cared.some(({ care }) => care?.fails === true),
    stopped: seen.state === 'stopped',
  };
}

/** What is left to the operator on the moved nodes themselves. */
export function leftOn(moved: OperationRecord[]): LeftToDo[] {
  return moved.flatMap(({ care }) => care?.left ?? []);
}

const NOTHING: Cared = { left: [], unseen: [], inForce: false, routes: undefined, fails: false, stopped: false };

function leftAtOnce(error: unknown): Awaited<ReturnType<typeof settlePeers>> {
  if (!(error instanceof Left)) throw error;
  return { state: 'stopped', left: [] };
}
