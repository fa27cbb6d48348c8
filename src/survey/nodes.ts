import type { Json, RawObject } from '../model/json.ts';
import { asList, asObject, asText, asTexts } from '../model/read-json.ts';
import type { NodeAddress, NodeCondition, SurveyNode, Taint } from '../model/survey.ts';
import { podCIDRsOf } from '../subnet/pod-cidrs.ts';

/** Reads what the tool uses of a Node; the raw object is kept beside it, the same object. */
export function readNode(raw: RawObject): SurveyNode {
  const metadata = asObject(raw.metadata);
  const spec = asObject(raw.spec);
  const status = asObject(raw.status);
  const podCIDR = asText(spec.podCIDR) || undefined;
  return {
    name: asText(metadata.name) ?? '',
    uid: asText(metadata.uid) ?? '',
    createdAt: readTime(metadata.creationTimestamp),
    deleting: asText(metadata.deletionTimestamp) !== undefined,
    finalizers: texts(metadata.finalizers),
    labels: asTexts(metadata.labels),
    annotations: asTexts(metadata.annotations),
    taints: asList(spec.taints).map(readTaint),
    podCIDR,
    podCIDRs: podCIDRsOf(raw),
    addresses: asList(status.addresses).map(readAddress),
    ready: readReady(status.conditions),
    readySince: conditionOf(status.conditions, 'Ready')?.since,
    networkUnavailable: conditionOf(status.conditions, 'NetworkUnavailable'),
    machineID: asText(asObject(status.nodeInfo).machineID) ?? '',
    podsCapacity: readCount(asObject(status.capacity).pods),
    raw,
  };
}

/** A timestamp in milliseconds since the epoch; undefined when it is absent, null or no date. */
export function readTime(value: Json | undefined): number | undefined {
  const time = Date.parse(asText(value) ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** The texts of a list. */
export function texts(value: Json | undefined): string[] {
  return asList(value).filter((item) => typeof item === 'string');
}

function readTaint(value: Json): Taint {
  const { key, value: text, effect } = asObject(value);
  return { key: asText(key) ?? '', value: asText(text) ?? '', effect: asText(effect) ?? '' };
}

function readAddress(value: Json): NodeAddress {
  const { type, address } = asObject(value);
  return { type: asText(type) ?? '', address: asText(address) ?? '' };
}

function readReady(conditions: Json | undefined): SurveyNode['ready'] {
  const status = conditionOf(conditions, 'Ready')?.status;
  return status === 'True' || status === 'False' || status === 'Unknown' ? status : undefined;
}

function conditionOf(conditions: Json | undefined, wanted: string): NodeCondition | undefined {
  const found = asList(conditions)
    .map(asObject)
    .find(({ type }) => type === wanted);
  if (!found) return undefined;
  const { status, reason, lastTransitionTime } = found;
  return { status: asText(status) ?? '', reason: asText(reason) ?? '', since: readTime(lastTransitionTime) };
}

/** A quantity of whole things: the kubelet writes pods: "110". */
function readCount(value: Json | undefined): number | undefined {
  const text = typeof value === 'number' ? String(value) : asText(value);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
