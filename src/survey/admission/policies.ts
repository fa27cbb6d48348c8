import type { AdmissionHook } from '../../model/admission.ts';
import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import { nodeOperations } from './rules.ts';

/** The policies that see Nodes and are bound: without a binding a policy does nothing. The API server itself evaluates them. */
export function boundPolicies(policies: RawObject[], bindings: RawObject[]): AdmissionHook[] {
  const bound = new Set(bindings.map(({ spec }) => asText(asObject(spec).policyName)));
  return policies.flatMap(({ kind, metadata, spec }) => {
    const name = asText(asObject(metadata).name) ?? '';
    const { matchConstraints, failurePolicy } = asObject(spec);
    const operations = nodeOperations(asList(asObject(matchConstraints).resourceRules));
    if (operations.length === 0 || !bound.has(name)) return [];
    return [
      {
        configuration: `${kind}/${name}`,
        name,
        operations,
        failurePolicy: failurePolicy === 'Ignore' ? 'Ignore' : 'Fail',
        backend: { kind: 'server' },
      },
    ];
  });
}
