import { listObjects } from '../../kube/objects/list.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { ServingPod } from '../../model/admission.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import type { Reading } from '../../model/reading.ts';
import type { SurveyNode } from '../../model/survey.ts';
import { allowed } from '../allowed.ts';

/** The pods behind a Service, from its EndpointSlices (discovery.k8s.io/v1: ready without a value means ready). */
export function servingPods(
  wire: Wire,
  namespace: string,
  service: string,
  nodes: SurveyNode[],
): Promise<Reading<ServingPod[]>> {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`;
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const down = new Set(nodes.filter(({ ready }) => ready !== 'True').map(({ name }) => name));
  return allowed(`EndpointSlices in ${namespace}`, wire.server, async () => {
    const { items } = await listObjects(wire, { path, labelSelector, freshness: 'quorum' });
    return items
      .flatMap(({ endpoints }) => asList(endpoints).map(asObject))
      .map(({ nodeName, conditions }) => {
        const node = asText(nodeName);
        const ready = asObject(conditions).ready !== false;
        return { node, alive: ready && (node === undefined || !down.has(node)) };
      });
  });
}
