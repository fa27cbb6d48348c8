import { createHash } from 'node:crypto';
import { Failure } from '../../model/failure.ts';
import type { RawObject } from '../../model/json.ts';

/** A value as it is stored, and the digest that shows whether it was edited or cut. */
export interface Sealed {
  text: string;
  /** SHA-256 of the text, hexadecimal. */
  digest: string;
}

export function seal(value: unknown): Sealed {
  const text = JSON.stringify(value);
  return { text, digest: digestOf(text) };
}

/** The value of a sealed text. Throws Failure when it was edited or cut, or is of a schema that this version does not know. */
export function unseal({ text, digest }: Sealed): RawObject {
  if (digestOf(text) !== digest) throw new Failure('it was edited or cut: its digest differs');
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Failure('it is no record');
  const { schema } = value as RawObject;
  if (schema !== 1) throw new Failure(`it has the schema ${String(schema)}, and this version knows 1: use a newer one`);
  return value as RawObject;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
