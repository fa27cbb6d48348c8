import { itemsOf } from '../kube/objects/list.ts';
import { requestJSON } from '../kube/wire/json.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { SurveyPod } from '../model/survey.ts';
import { readPod } from './pods.ts';

/** The pods of one node, chosen by the server. Throws ApiError, WireError, Failure. */
export async function podsOfNode(wire: Wire, node: string): Promise<SurveyPod[]> {
  const query = { fieldSelector: `spec.nodeName=${node}` };
  const { body } = await requestJSON(wire, { method: 'GET', path: '/api/v1/pods', query });
  return itemsOf(wire, body).map(readPod);
}
