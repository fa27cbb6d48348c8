import { Failure } from './failure.ts';

/**
 * The node that a word on the command line names: NAME, or node/NAME, nodes/NAME and no/NAME as kubectl has them and
 * `-o name` prints. Throws Failure when nothing is named, in kubectl's words.
 */
export function nodeName(word: string): string {
  const name = word.replace(/^(node|nodes|no)\//, '');
  if (name === '') throw new Failure('resource name may not be empty');
  return name;
}

/** True for names that the API server accepts (apimachinery/pkg/util/validation: IsDNS1123Subdomain). Dumps may hold others. */
export function isNodeName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name);
}
