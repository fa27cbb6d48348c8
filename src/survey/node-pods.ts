import { listNodePods } from '../kube/objects/pods.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { SurveyPod } from '../model/survey.ts';
import { readPod } from './pods.ts';

/** The pods of one node, chosen by the server. Throws ApiError, WireError, Failure. */
export async function podsOfNode(wire: Wire, node: string): Promise<SurveyPod[]> {
  return (await listNodePods(wire, node, '')).map(readPod);
}
