import { Buffer } from 'node:buffer';
import type { Json, JsonObject } from '../../model/json.ts';

/** What is wrong in a kubeconfig's content, to be told with the file's name. */
export class ContentError extends Error {}

/**
 * Reads typed fields of a kubeconfig's object. A field of another type is an error, as in client-go: guessing credentials
 * would reach the server as somebody else. Absent, null and empty fields are undefined.
 */
export class Fields {
  readonly #object: JsonObject;
  readonly #where: string;

  /** `where` names the object in messages, for example users[0].user; `itself` does where that is empty. */
  constructor(value: Json | undefined, where: string, itself = where) {
    if (value === null || value === undefined) this.#object = {};
    else if (typeof value === 'object' && !Array.isArray(value)) this.#object = value;
    else throw new ContentError(`${itself} must be a mapping, it is ${kind(value)}`);
    this.#where = where;
  }

  text(name: string): string | undefined {
    const value = this.#object[name];
    if (value === null || value === undefined || value === '') return undefined;
    if (typeof value === 'string') return value;
    throw new ContentError(`${this.#path(name)} must be a string, it is ${kind(value)} (put it in quotes)`);
  }

  /** YAML 1.1's words are taken too: client-go's parser does. */
  flag(name: string): boolean | undefined {
    const value = this.#object[name];
    if (value === null || value === undefined || value === false) return undefined;
    if (value === true) return true;
    if (typeof value === 'string' && /^(y|yes|on)$/i.test(value)) return true;
    if (typeof value === 'string' && /^(n|no|off)$/i.test(value)) return undefined;
    throw new ContentError(`${this.#path(name)} must be true or false, it is ${kind(value)}`);
  }

  /** Base64 of text. */
  data(name: string): string | undefined {
    const value = this.text(name)?.replaceAll(/[\r\n]/g, '');
    if (value === undefined) return undefined;
    const valid = value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
    if (!valid) throw new ContentError(`illegal base64 data in ${this.#path(name)}`);
    return Buffer.from(value, 'base64').toString();
  }

  list(name: string): Json[] {
    const value = this.#object[name];
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value;
    throw new ContentError(`${this.#path(name)} must be a list, it is ${kind(value)}`);
  }

  texts(name: string): string[] {
    return this.list(name).map((value, index) => {
      if (typeof value === 'string') return value;
      throw new ContentError(`${this.#path(name)}[${index}] must be a string, it is ${kind(value)} (put it in quotes)`);
    });
  }

  /** A mapping inside; undefined when it is absent. */
  inner(name: string): Fields | undefined {
    const value = this.#object[name];
    return value === null || value === undefined ? undefined : new Fields(value, this.#path(name));
  }

  names(): string[] {
    return Object.keys(this.#object);
  }

  raw(name: string): Json | undefined {
    return this.#object[name];
  }

  #path(name: string): string {
    return this.#where === '' ? name : `${this.#where}.${name}`;
  }
}

function kind(value: Json): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'empty';
  return typeof value === 'object' ? 'a mapping' : `the ${typeof value} ${String(value).slice(0, 40)}`;
}
