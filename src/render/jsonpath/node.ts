import type { Json } from '../../model/json.ts';

/** A value that a path found; undefined where client-go has none at all, as in a range over nothing. */
export type Value = Json | undefined;

/** One piece of a template of kubectl's JSONPath (client-go util/jsonpath/node.go). */
export type PathNode =
  | { kind: 'text'; text: string }
  | ListNode
  | { kind: 'field'; name: string }
  /** `range` and `end`; any other is an error once it is evaluated. */
  | { kind: 'identifier'; name: string }
  | SliceNode
  | FilterNode
  | { kind: 'value'; value: number | boolean }
  | { kind: 'wildcard' }
  | { kind: 'recursive' }
  | { kind: 'union'; lists: ListNode[] };

/** What stands between braces: each node works on what the one before it found. */
export interface ListNode {
  kind: 'list';
  nodes: PathNode[];
}

/** `[from:to:step]`. `[3]` has a `to` of 4 that is derived: `[-1]` is the last element, not nothing. */
export interface SliceNode {
  kind: 'slice';
  from: number | undefined;
  to: number | undefined;
  derived: boolean;
  step: number | undefined;
}

/** `[?(left operator right)]`; the operator `exists` has no right side. */
export interface FilterNode {
  kind: 'filter';
  left: ListNode;
  operator: string;
  right: ListNode;
}

/**
 * A template that cannot be read, or does not fit the data. `found` is what an `exists` filter takes for found then, as client-go
 * looks at the values beside the error there (util/jsonpath/jsonpath.go:evalFilter).
 */
export class PathError extends Error {
  readonly found: unknown[];

  constructor(message: string, found: unknown[] = []) {
    super(message);
    this.found = found;
  }
}
