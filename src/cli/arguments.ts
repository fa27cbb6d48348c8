/** What yargs read: a flag given several times is a list. */
export type Parsed = Record<string, unknown>;

/** The command line of one subcommand after parsing, by the names of its flags. */
export class Arguments {
  readonly #parsed: Parsed;
  /** What is not a flag. */
  readonly words: string[];

  constructor(parsed: Parsed, words: string[]) {
    this.#parsed = parsed;
    this.words = words;
  }

  /** Value of a flag; the last one when it is given several times, as kubectl takes it; undefined when it is not given. */
  text(name: string): string | undefined {
    return this.texts(name).at(-1);
  }

  /** All values of a flag, in their order. */
  texts(name: string): string[] {
    const value = this.#parsed[name];
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map(String);
  }

  /** Undefined when the flag is not given. */
  bool(name: string): boolean | undefined {
    const value = this.#parsed[name];
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    return typeof last === 'boolean' ? last : undefined;
  }
}
