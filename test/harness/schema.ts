import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ROOT } from '../../scripts/lib/places.ts';

/** What is wrong with a document by its schema in docs/schema; '' when nothing is. */
export function schemaErrors(name: string, document: unknown): string {
  const schema = JSON.parse(readFileSync(join(ROOT, 'docs/schema', `${name}.schema.json`), 'utf8'));
  const validate = new Ajv2020({ strict: true }).compile(schema);
  return validate(document) ? '' : JSON.stringify(validate.errors);
}
