import { Failure } from '../../../model/failure.ts';
import type { RawObject } from '../../../model/json.ts';
import type { OperationRecord } from '../../../model/operation.ts';
import { asList, asObject, asTexts } from '../../../model/read-json.ts';
import { machineAnnotations } from '../../../plan/refusals/machine.ts';
import { podCIDRsOf } from '../../../subnet/pod-cidrs.ts';

/**
 * Throws Failure when the Node is no longer the one that the plan was made for: another uid or subnet, a finalizer, a
 * deletion, another machine annotation. Everything else may change meanwhile (heartbeats, labels): it is carried along.
 */
export function checkUnchanged(node: RawObject, record: OperationRecord): void {
  const metadata = asObject(node.metadata);
  const changed = [
    metadata.uid !== record.uid && 'it was deleted and created again',
    metadata.deletionTimestamp !== undefined && 'it is being deleted',
    asList(metadata.finalizers).length > 0 && `it has the finalizer ${asList(metadata.finalizers).join(', ')}`,
    subnets(node) !== record.from.join(',') && `its subnet is ${subnets(node) || 'none'}, not ${record.from.join(',')}`,
    machines(node) !== machines(record.raw) && 'its machine annotation changed',
  ].find((reason) => reason !== false);
  if (changed) {
    throw new Failure(`node ${record.node} changed since the plan was made: ${changed}`, { hint: 'make a new plan' });
  }
}

function subnets(node: RawObject): string {
  return podCIDRsOf(node).join(',');
}

function machines(node: RawObject): string {
  return machineAnnotations(asTexts(asObject(node.metadata).annotations)).join(',');
}
