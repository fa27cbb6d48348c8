import type { Dependent, OperationRecord, PlannedMove } from '../model/operation.ts';
import type { Move, MoveMethod } from '../model/plan.ts';
import type { SurveyNode } from '../model/survey.ts';
import { reached } from './work.ts';

/** What is left of an operation, by what it does to the Nodes. */
export interface Remaining {
  /** Moves that delete a Node which is there, made from it as it is now. */
  deletes: Move[];
  /** Nodes that are absent and come back: before all else, whatever is to be said against the others. */
  absent: string[];
  /** Moves on which anything is left to do. */
  left: number;
  methods: MoveMethod[];
  /** What was taken off Nodes, and is not given back yet. */
  detached: Dependent[];
}

type Records = ReadonlyMap<string, OperationRecord>;

/** How far one move is, and what it would delete. */
interface Standing {
  move: PlannedMove;
  record: OperationRecord | undefined;
}

/** What resuming an operation will do. `nodes`: as they are now. */
export function remainingOf(moves: PlannedMove[], records: Records, nodes: SurveyNode[]): Remaining {
  const standings = moves.map((move) => ({ move, record: records.get(move.node) }));
  return remaining(standings, [...records.values()], nodes);
}

/**
 * What taking an operation back will do. `records`: of that operation; `back`: the moves back of those that are finished; `former`:
 * records of an earlier run of the rollback.
 */
export function remainingBack(
  records: Records,
  { back, former }: { back: PlannedMove[]; former: Records | undefined },
  nodes: SurveyNode[],
): Remaining {
  // What was posted and is not finished is finished first, and then moved back like the others.
  const forward = [...records.values()].filter((one) => one.step !== 'finished' && reached(one, 'posted'));
  const again = forward
    .filter(({ method }) => method === 'recreate' || method === 'reset')
    .map(({ node, uid, newUID, from, to }): PlannedMove => {
      return { node, uid: newUID ?? uid, method: 'recreate', from: to, to: from, wished: true };
    });
  const moves = [...back.filter(({ node }) => !again.some((one) => one.node === node)), ...again];
  const standings = moves.map((move) => ({ move, record: former?.get(move.node) }));
  const whole = remaining(standings, [...records.values(), ...(former?.values() ?? [])], nodes);
  const open = [...records.values()].filter(({ step }) => step !== 'finished' && step !== 'undone');
  const absent = open.filter((one) => one.method !== 'create' && isAbsent(one, nodes)).map(({ node }) => node);
  const settled = open.filter(({ node }) => !moves.some((one) => one.node === node));
  return { ...whole, absent: [...absent, ...whole.absent], left: whole.left + settled.length };
}

function remaining(standings: Standing[], records: OperationRecord[], nodes: SurveyNode[]): Remaining {
  const open = standings.filter(({ record }) => record?.step !== 'finished');
  const absent = open.filter(({ move, record }) =>
    record ? isAbsent(record, nodes) || isLost(record) : move.method === 'create',
  );
  return {
    deletes: open.flatMap((one) => (absent.includes(one) ? [] : deletion(one, nodes))),
    absent: absent.map(({ move }) => move.node),
    left: open.length,
    methods: [...new Set(open.map(({ move }) => move.method))],
    detached: records.filter(({ step }) => step !== 'finished' && step !== 'undone').flatMap((one) => one.dependents),
  };
}

/** Its body is stored, and the Node of which it was made is not there. */
function isAbsent({ step, node, uid }: OperationRecord, nodes: SurveyNode[]): boolean {
  return step === 'swapping' && !nodes.some((one) => one.name === node && one.uid === uid);
}

/** A Node that is restored, and was not posted yet. */
function isLost(record: OperationRecord): boolean {
  return record.method === 'create' && !reached(record, 'posted');
}

function deletion({ move, record }: Standing, nodes: SurveyNode[]): Move[] {
  const { node, method } = move;
  const uid = record && record.step !== 'undone' ? record.uid : move.uid;
  const present = nodes.find((one) => one.name === node && one.uid === uid);
  const isSwapped = record !== undefined && record.step !== 'undone' && reached(record, 'posted');
  if (!present || isSwapped || (method !== 'recreate' && method !== 'reset')) return [];
  return [{ ...move, uid, reason: '', annotations: [], survivors: [], raw: present.raw }];
}
