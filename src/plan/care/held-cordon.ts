import type { LeftToDo } from '../../model/left-to-do.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { shellWord } from '../../model/text.ts';

/**
 * True where we have cordoned the node and its CNI must first be put right by hand: a pod that came before would get an address of
 * the former subnet, or none.
 */
export function staysCordoned({ cordon, care }: Pick<OperationRecord, 'cordon' | 'care'>): boolean {
  return cordon?.unschedulable === false && care?.blocked === true && care.left.length > 0;
}

/** The last thing to be done on such a node. */
export function uncordonByHand(node: string): LeftToDo {
  return {
    what: `node ${node} stays cordoned until that is done: new pods would not get addresses of its new subnet; then`,
    commands: [`kubectl uncordon ${shellWord(node)}`],
  };
}
