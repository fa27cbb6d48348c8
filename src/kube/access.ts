import { asObject } from '../model/read-json.ts';
import { sideBySide } from './side-by-side.ts';
import { requestJSON } from './wire/json.ts';
import type { Wire } from './wire/wire.ts';

/** Something that a user may or may not do. */
export interface Deed {
  verb: string;
  /** API group, '' for the core group. */
  group: string;
  /** With its subresource, as rules of RBAC name it: nodes, pods/eviction. */
  resource: string;
  /** Undefined for resources without a namespace, and for all namespaces. */
  namespace: string | undefined;
  /** One object alone; undefined: any. */
  name?: string;
}

/** The deeds of the list that the server would refuse (SelfSubjectAccessReview). Throws ApiError, WireError. */
export async function forbiddenDeeds(wire: Wire, deeds: Deed[]): Promise<Deed[]> {
  const answers = await sideBySide(deeds, (deed) => isAllowed(wire, deed));
  return deeds.filter((_, index) => !answers[index]);
}

async function isAllowed(wire: Wire, { verb, group, resource, namespace, name }: Deed): Promise<boolean> {
  const [main, subresource] = resource.split('/');
  const resourceAttributes = { verb, group, resource: main, subresource, namespace, name };
  const { body } = await requestJSON(wire, {
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }),
  });
  return asObject(body.status).allowed === true;
}
