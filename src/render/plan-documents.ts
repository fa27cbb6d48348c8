import type { RawObject } from '../model/json.ts';
import type { Move, MovePlan } from '../model/plan.ts';

/** The ReassignPlan of the contract: what --plan reads. */
export function reassignPlan({ clusterUID, settings, moves, refused }: MovePlan): RawObject {
  return {
    apiVersion: 'kubectl-podcidr/v1',
    kind: 'ReassignPlan',
    clusterUID,
    settings: { ...settings },
    moves: moves.map(planMove),
    refused: refused.map((one) => ({ ...one })),
  };
}

function planMove({ node, uid, method, from, to, reason }: Move) {
  return { node, uid, method, from, to, reason };
}

/** One move of an operation, as it ended. */
export interface OperationMove {
  node: string;
  from: string[];
  to: string[];
  step: string;
}

/** The Operation of the contract. */
export function operationDocument(id: string, state: 'finished' | 'interrupted', moves: OperationMove[]): RawObject {
  return { apiVersion: 'kubectl-podcidr/v1', kind: 'Operation', id, state, moves: moves.map((move) => ({ ...move })) };
}

/** Nodes as a v1 List, as `kubectl get nodes -o json` prints them. */
export function nodeList(items: RawObject[]): RawObject {
  return { apiVersion: 'v1', kind: 'List', items: items.map((item) => ({ ...item, apiVersion: 'v1', kind: 'Node' })) };
}
