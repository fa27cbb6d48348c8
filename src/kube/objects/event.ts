import { requestJSON } from '../wire/json.ts';
import type { Wire } from '../wire/wire.ts';
import { FIELD_MANAGER } from './node.ts';

const COLLECTION = '/api/v1/namespaces/default/events';

/** Something that happened to a Node, as `kubectl describe node` and `kubectl get events` show it. */
export interface NodeEvent {
  node: string;
  /** CamelCase, for programs. */
  reason: string;
  message: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * Creates a Normal Event of a Node. Events of Nodes live in the namespace default, and name the Node as kubelets do: its name is
 * its uid (kubelet.go:NewMainKubelet), which kubectl looks for beside the Node's own (describe.go:NodeDescriber) and which does
 * not change when the Node is created again. Throws ApiError, WireError.
 */
export async function createNodeEvent(
  wire: Wire,
  { node, reason, message, at }: NodeEvent,
  timeoutMs: number,
): Promise<void> {
  const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${node}.`, namespace: 'default' },
    involvedObject: { apiVersion: 'v1', kind: 'Node', name: node, uid: node },
    type: 'Normal',
    reason,
    message,
    source: { component: FIELD_MANAGER },
    reportingComponent: FIELD_MANAGER,
    reportingInstance: '',
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  const query = { fieldManager: FIELD_MANAGER };
  await requestJSON(wire, { method: 'POST', path: COLLECTION, query, body: JSON.stringify(event), timeoutMs });
}
