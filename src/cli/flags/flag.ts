/** One flag as declared: help, the reference and the parser are made from it. */
export interface Flag {
  /** `text` takes a value, `texts` may be given several times, `bool` takes none (or =true, =false). */
  type: 'text' | 'texts' | 'bool';
  /** kubectl's short form, one letter. */
  short?: string;
  /** Placeholder of the value in help, for example CIDR. */
  value?: string;
  /** Allowed values, where they are few. */
  choices?: readonly string[];
  /** Further ones that take something behind an equals sign: `jsonpath={.items}`. */
  templates?: readonly string[];
  /** Upper or lower case, where the values are words of ours. */
  anyCase?: true;
  help: string;
}

export type Flags = Record<string, Flag>;
