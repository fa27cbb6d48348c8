import type { OperationRecord } from '../../../model/operation.ts';
import { asObject } from '../../../model/read-json.ts';
import { differences } from '../../../plan/compare.ts';
import { podCIDRsOf } from '../../../subnet/pod-cidrs.ts';
import type { Work } from '../../work.ts';
import { absenceOf, type Created, type Prepared } from './create.ts';

/** The record of a Node that is back: what it has now, its uid, how long it was absent. What the server changed is said. */
export function posted(
  record: OperationRecord,
  { answer, posted: body }: Created,
  start: Prepared['start'],
  work: Work,
): OperationRecord {
  const { node, method } = record;
  const changed = differences(body, answer).filter((path) => method !== 'reset' || !path.startsWith('spec.podCIDR'));
  for (const path of changed) work.tell(`Warning: the server changed ${path} of node ${node} while it was created`);
  const to = podCIDRsOf(answer);
  if (method !== 'reset' && to.join(',') !== record.to.join(',')) {
    work.tell(`Warning: node ${node} came back with ${to.join(',') || 'no subnet'}, not with ${record.to.join(',')}`);
  }
  const absence = { ms: Math.ceil(absenceOf(start, work)), until: new Date(work.clock.now()).toISOString() };
  return { ...record, to, newUID: String(asObject(answer.metadata).uid), absence };
}
