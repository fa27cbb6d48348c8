import { renderJSON } from './json.ts';
import { renderYAML } from './yaml.ts';

/** A document for programs, as JSON or YAML. */
export function renderDocument(document: object, output: 'json' | 'yaml'): string {
  return output === 'yaml' ? renderYAML(document) : renderJSON(document);
}
