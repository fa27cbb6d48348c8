import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { canonicalAddress } from '../../subnet/address.ts';
import { NO_TOOL, PROBE_CONTAINER } from './probe-pod.ts';

/** How far a probe is. `over`: it will never run, and the reason says nothing about the node's network. */
export type ProbeState =
  | { state: 'starting' }
  | { state: 'runs'; addresses: string[] }
  | { state: 'over'; why: string };

/** Reasons of a waiting container that do not pass (kubelet: kuberuntime_container.go, images/types.go). */
const IMAGE =
  /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable)$/;
const REFUSED = /^(CreateContainerConfigError|CreateContainerError|RunContainerError)$/;

/** Reads it from the pod's status. */
export function probeState(pod: RawObject, image: string): ProbeState {
  const status = asObject(pod.status);
  // A webhook may have put others beside it.
  const container = asList(status.containerStatuses)
    .map(asObject)
    .find(({ name }) => name === PROBE_CONTAINER);
  const { running, waiting, terminated } = asObject(container?.state);
  const addresses = asList(status.podIPs).flatMap((one) => canonicalAddress(asText(asObject(one).ip) ?? '') ?? []);
  if (running !== undefined && addresses.length > 0) return { state: 'runs', addresses };
  const { reason = '', message = '' } = texts(asObject(waiting));
  if (IMAGE.test(reason))
    return { state: 'over', why: `the image ${image} cannot be pulled (${clause(reason, message)})` };
  if (REFUSED.test(reason)) return { state: 'over', why: `the probe cannot be started (${clause(reason, message)})` };
  const ended = asObject(terminated);
  if (ended.exitCode === NO_TOOL)
    return { state: 'over', why: `the image ${image} has no nc: name another with --image` };
  const phase = asText(status.phase);
  if (terminated === undefined && phase !== 'Failed' && phase !== 'Succeeded') return { state: 'starting' };
  const said = texts(terminated === undefined ? status : ended);
  return { state: 'over', why: `the probe ended (${clause(said.reason ?? 'no reason given', said.message ?? '')})` };
}

function texts({ reason, message }: RawObject): { reason?: string | undefined; message?: string | undefined } {
  return { reason: asText(reason), message: asText(message) };
}

/** A reason and the first line of what goes with it. */
function clause(reason: string, message: string): string {
  const [first = ''] = message.split('\n');
  return first === '' ? reason : `${reason}: ${first}`;
}

/** What the newest of a pod's warnings says of the pod network; undefined when none does (kubelet events/event.go). */
export function sandboxFailure(warnings: string[]): string | undefined {
  const found = warnings.findLast((line) => line.startsWith('FailedCreatePodSandBox: '));
  // The CNI's own words stand at the end: `… plugin type="flannel" failed (add): failed to delegate add: …`.
  return found?.replace(/^.*?(?=plugin type=|$)/s, '') || found;
}
