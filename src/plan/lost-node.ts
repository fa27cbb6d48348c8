import { Failure } from '../model/failure.ts';
import type { RawObject } from '../model/json.ts';
import { isNodeName } from '../model/node-name.ts';
import type { Dependent, OperationRecord } from '../model/operation.ts';
import { quote } from '../model/quote.ts';
import { asObject, asText } from '../model/read-json.ts';
import { reached } from '../model/step-order.ts';
import { podCIDRsOf } from '../subnet/pod-cidrs.ts';
import { OPERATION_ANNOTATION } from './body.ts';
import { uncordonedNode } from './cordon.ts';

/** A Node as a file has it: a dump, or a backup of ours. */
export interface LostNode {
  name: string;
  raw: RawObject;
  /** The subnets that it had last. */
  podCIDRs: string[];
  /** uid of the cluster that it was of; undefined where the file does not say. */
  clusterUID: string | undefined;
  /** What it owned, as far as the file says; to be owned by the new Node. */
  dependents: Dependent[];
  /** For words: the file's name. */
  file: string;
}

/** Out of a dumped Node. `clusterUID`: of the namespace kube-system that stands beside it, if any. Throws Failure. */
export function lostFromNode(raw: RawObject, clusterUID: string | undefined, file: string): LostNode {
  const name = asText(asObject(raw.metadata).name) ?? '';
  if (!isNodeName(name)) throw new Failure(`${file} has a Node that no server accepts: its name is ${quote(name)}`);
  return { name, raw: withoutMark(raw), podCIDRs: podCIDRsOf(raw), clusterUID, dependents: [], file };
}

/** A backup of ours is made with the mark of its operation. */
function withoutMark(raw: RawObject): RawObject {
  const metadata = asObject(raw.metadata);
  const { [OPERATION_ANNOTATION]: mark, ...annotations } = asObject(metadata.annotations);
  return mark === undefined ? raw : { ...raw, metadata: { ...metadata, annotations } };
}

/**
 * Out of a journal's record, whose digest was checked: as it was before the operation cordoned it. `manager`: our field manager.
 * Throws Failure for a record that is not one of a node. */
export function lostFromRecord(record: OperationRecord, file: string, manager: string): LostNode {
  const { raw, node, from, to, clusterUID, dependents, cordon } = record;
  const isWhole =
    typeof node === 'string' &&
    typeof clusterUID === 'string' &&
    asObject(raw?.metadata).name === node &&
    Array.isArray(from) &&
    Array.isArray(to);
  if (!isWhole)
    throw new Failure(`${file} is no record of a node`, { hint: 'give NODE.record or NODE.json of a backup' });
  const podCIDRs = reached(record, 'posted') && to.length > 0 ? to : from;
  const former = uncordonedNode(raw, cordon, manager);
  return { ...lostFromNode(former, clusterUID, file), podCIDRs, dependents: dependents ?? [] };
}
