import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ROOT } from '../../scripts/lib/places.ts';

const FOLDER = join(ROOT, 'docs/schema');

/** What is wrong with a document by its schema in docs/schema; '' when nothing is. Schemas may refer to each other by title. */
export function schemaErrors(name: string, document: unknown): string {
  const read = (file: string) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
  const ajv = new Ajv2020({ strict: true });
  for (const file of readdirSync(FOLDER)) ajv.addSchema(read(file));
  const { $id } = read(`${name}.schema.json`);
  return ajv.validate($id, document) ? '' : JSON.stringify(ajv.errors);
}
