import { isDeepStrictEqual } from 'node:util';

/** What a test file says with `test(title, body)`, run without ava's processes: a mutant costs milliseconds then. */
export interface CollectedTest {
  file: string;
  title: string;
  body: (t: Assertions) => unknown;
}

const collected: CollectedTest[] = [];
let file = '';

/** Loads a test file and returns its tests. */
export async function collect(name: string, url: string): Promise<CollectedTest[]> {
  const before = collected.length;
  file = name;
  await import(url);
  return collected.slice(before);
}

/** Runs one test to its end; throws what fails it. A test that asserts nothing fails, as with ava. */
export async function runTest({ body }: CollectedTest): Promise<void> {
  const t = new Assertions();
  try {
    await body(t);
  } finally {
    for (const end of t.teardowns.reverse()) await end();
  }
  if (t.count === 0) throw new Error('it asserted nothing');
}

/** Stands for ava's `test`. Hooks at the end of a file clean up what the process leaves behind anyway. */
export default function test(title: string, body: CollectedTest['body']): void {
  collected.push({ file, title, body });
}

test.after = { always: (): void => undefined };

interface Thrown {
  instanceOf?: new (...args: never[]) => Error;
  message?: string | RegExp | ((message: string) => boolean);
  name?: string;
  code?: string | number;
}

/** The assertions of ava that these tests use; a failed one throws. */
export class Assertions {
  readonly teardowns: (() => unknown)[] = [];
  count = 0;

  teardown(end: () => unknown): void {
    this.teardowns.push(end);
  }

  pass(): void {
    this.count += 1;
  }

  fail(): void {
    this.#hold(false);
  }

  is(actual: unknown, expected: unknown): void {
    this.#hold(Object.is(actual, expected));
  }

  deepEqual(actual: unknown, expected: unknown): void {
    this.#hold(isDeepStrictEqual(actual, expected));
  }

  like(actual: unknown, selector: unknown): void {
    this.#hold(isLike(actual, selector));
  }

  true(actual: unknown): void {
    this.#hold(actual === true);
  }

  false(actual: unknown): void {
    this.#hold(actual === false);
  }

  truthy(actual: unknown): void {
    this.#hold(Boolean(actual));
  }

  falsy(actual: unknown): void {
    this.#hold(!actual);
  }

  not(actual: unknown, other: unknown): void {
    this.#hold(!Object.is(actual, other));
  }

  notDeepEqual(actual: unknown, other: unknown): void {
    this.#hold(!isDeepStrictEqual(actual, other));
  }

  regex(text: string, pattern: RegExp): void {
    this.#hold(matches(text, pattern));
  }

  notRegex(text: string, pattern: RegExp): void {
    this.#hold(!matches(text, pattern));
  }

  notThrows(work: () => unknown): void {
    work();
    this.#hold(true);
  }

  async notThrowsAsync(work: Promise<unknown> | (() => Promise<unknown>)): Promise<void> {
    await (typeof work === 'function' ? work() : work);
    this.#hold(true);
  }

  throws(work: () => unknown, expected: Thrown = {}): Error | undefined {
    try {
      work();
    } catch (error) {
      return this.#caught(error, expected);
    }
    return this.#caught(undefined, expected);
  }

  async throwsAsync(
    work: Promise<unknown> | (() => Promise<unknown>),
    expected: Thrown = {},
  ): Promise<Error | undefined> {
    try {
      await (typeof work === 'function' ? work() : work);
    } catch (error) {
      return this.#caught(error, expected);
    }
    return this.#caught(undefined, expected);
  }

  #hold(holds: boolean): void {
    this.count += 1;
    if (!holds) throw new Error('an assertion does not hold');
  }

  #caught(error: unknown, { instanceOf, message, name, code }: Thrown): Error | undefined {
    if (!(error instanceof Error)) return this.#hold(false) as undefined;
    this.#hold(instanceOf === undefined || error instanceof instanceOf);
    this.#hold(name === undefined || error.name === name);
    this.#hold(code === undefined || ('code' in error && error.code === code));
    if (message instanceof RegExp) this.#hold(matches(error.message, message));
    else if (typeof message === 'function') this.#hold(message(error.message));
    else this.#hold(message === undefined || error.message === message);
    return error;
  }
}

/** A pattern with the flag g remembers where it was. */
function matches(text: string, pattern: RegExp): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

function isLike(actual: unknown, selector: unknown): boolean {
  if (typeof selector !== 'object' || selector === null) return Object.is(actual, selector);
  if (typeof actual !== 'object' || actual === null || Array.isArray(selector) !== Array.isArray(actual)) return false;
  return Object.entries(selector).every(([key, value]) => isLike((actual as Record<string, unknown>)[key], value));
}
