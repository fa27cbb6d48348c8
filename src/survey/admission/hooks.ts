import { listObjects } from '../../kube/objects/list.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { AdmissionHook } from '../../model/admission.ts';
import type { JsonObject, RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import type { SurveyNode } from '../../model/survey.ts';
import { boundPolicies } from './policies.ts';
import { nodeOperations } from './rules.ts';
import { servingPods } from './serving-pods.ts';

const GROUP = '/apis/admissionregistration.k8s.io';

/**
 * Every webhook and every bound policy that may have its say when a Node is created or deleted. Selectors and match conditions
 * are not evaluated: what has them counts as asked. Throws ApiError, WireError, Failure.
 */
export async function readHooks(wire: Wire, nodes: SurveyNode[]): Promise<AdmissionHook[]> {
  const [validating, mutating, ...policies] = await Promise.all([
    list(wire, 'validatingwebhookconfigurations'),
    list(wire, 'mutatingwebhookconfigurations'),
    list(wire, 'validatingadmissionpolicies'),
    list(wire, 'validatingadmissionpolicybindings'),
    list(wire, 'mutatingadmissionpolicies'),
    list(wire, 'mutatingadmissionpolicybindings'),
  ]);
  const [validatingPolicies, validatingBindings, mutatingPolicies, mutatingBindings] = policies;
  const webhooks = [...(validating ?? []), ...(mutating ?? [])].flatMap(webhooksOf);
  const hooks = await Promise.all(webhooks.map((webhook) => webhookHook(wire, webhook, nodes)));
  return [
    ...hooks.flat(),
    ...boundPolicies(validatingPolicies ?? [], validatingBindings ?? []),
    ...boundPolicies(mutatingPolicies ?? [], mutatingBindings ?? []),
  ];
}

/**
 * In v1, or in v1beta1 where the server has no v1 yet (policies: v1 from 1.30, v1beta1 from 1.28). A server that knows neither
 * has none.
 */
async function list(wire: Wire, resource: string): Promise<RawObject[]> {
  for (const version of ['v1', 'v1beta1']) {
    try {
      const path = `${GROUP}/${version}/${resource}`;
      return (await listObjects(wire, { path, freshness: 'quorum' })).items;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
  }
  return [];
}

interface Webhook {
  configuration: string;
  raw: JsonObject;
}

function webhooksOf({ kind, metadata, webhooks }: RawObject): Webhook[] {
  const configuration = `${kind}/${asText(asObject(metadata).name) ?? ''}`;
  return asList(webhooks).map((raw) => ({ configuration, raw: asObject(raw) }));
}

async function webhookHook(wire: Wire, { configuration, raw }: Webhook, nodes: SurveyNode[]): Promise<AdmissionHook[]> {
  const operations = nodeOperations(asList(raw.rules));
  if (operations.length === 0) return [];
  const { service, url } = asObject(raw.clientConfig);
  const { namespace, name } = asObject(service);
  return [
    {
      configuration,
      name: asText(raw.name) ?? '',
      operations,
      // v1's default (admissionregistration/v1/defaults.go).
      failurePolicy: raw.failurePolicy === 'Ignore' ? 'Ignore' : 'Fail',
      backend:
        service === undefined
          ? { kind: 'url', url: asText(url) ?? '' }
          : {
              kind: 'service',
              service: `${asText(namespace) ?? ''}/${asText(name) ?? ''}`,
              pods: await servingPods(wire, asText(namespace) ?? '', asText(name) ?? '', nodes),
            },
    },
  ];
}
