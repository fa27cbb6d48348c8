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

/** Nodes as a v1 List, as `kubectl get nodes -o json` prints them. */
export function nodeList(items: RawObject[]): RawObject {
  return { apiVersion: 'v1', kind: 'List', items: items.map((item) => ({ ...item, apiVersion: 'v1', kind: 'Node' })) };
}
