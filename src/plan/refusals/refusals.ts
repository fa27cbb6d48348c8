import type { SurveyNode } from '../../model/survey.ts';
import { refuseDeletion } from './deletion.ts';
import { refuseEtcdMember } from './etcd-member.ts';
import { refuseFinalizers } from './finalizers.ts';
import { refuseMachine } from './machine.ts';

/** What the operator vouches for. */
export interface Attestations {
  /** --machine-paused: no machine controller will act on the node's absence. */
  machinePaused: boolean;
}

/** Why this Node must not be deleted and created again, one sentence with the way out; undefined when it may. */
export function refusal(node: SurveyNode, attested: Attestations): string | undefined {
  return (
    refuseDeletion(node) ??
    refuseFinalizers(node) ??
    refuseEtcdMember(node) ??
    refuseMachine(node, attested.machinePaused)
  );
}
