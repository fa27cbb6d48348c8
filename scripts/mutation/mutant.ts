/** One small change of one source file, that some test should notice. */
export interface Mutant {
  /** Its number in this run: what switches it on. */
  id: number;
  /** Below the checkout: src/subnet/block.ts. */
  file: string;
  line: number;
  column: number;
  kind: Kind;
  /** The first line of what stands there, and of what takes its place. */
  original: string;
  replacement: string;
}

/** What is changed. */
export type Kind =
  | 'condition'
  | 'comparison'
  | 'logic'
  | 'arithmetic'
  | 'boolean'
  | 'string'
  | 'array'
  | 'method'
  | 'statement';

/** For people: src/subnet/block.ts:32:10 comparison: a <= b → a < b */
export function describe({ file, line, column, kind, original, replacement }: Mutant): string {
  return `${file}:${line}:${column} ${kind}: ${original} → ${replacement || '(removed)'}`;
}
