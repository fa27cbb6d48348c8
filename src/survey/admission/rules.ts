import type { NodeOperation } from '../../model/admission.ts';
import type { Json } from '../../model/json.ts';
import { asObject } from '../../model/read-json.ts';
import { texts } from '../nodes.ts';

const OPERATIONS: NodeOperation[] = ['CREATE', 'DELETE'];

/**
 * Which of the two these rules match for Nodes, as the server matches them
 * (apiserver pkg/admission/plugin/webhook/predicates/rules/rules.go): a `*` after the slash means the object itself too.
 */
export function nodeOperations(rules: Json[]): NodeOperation[] {
  const matching = rules.map(asObject).filter(({ apiGroups, apiVersions, resources, scope }) => {
    return (
      has(apiGroups, ['', '*']) &&
      has(apiVersions, ['v1', '*']) &&
      has(resources, ['nodes', 'nodes/*', '*', '*/*']) &&
      scope !== 'Namespaced'
    );
  });
  return OPERATIONS.filter((operation) => matching.some(({ operations }) => has(operations, [operation, '*'])));
}

function has(list: Json | undefined, wanted: string[]): boolean {
  return texts(list).some((text) => wanted.includes(text));
}
