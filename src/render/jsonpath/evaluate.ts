import type { Json } from '../../model/json.ts';
import { compare } from './compare.ts';
import { type FilterNode, type ListNode, PathError, type PathNode, type SliceNode, type Value } from './node.ts';

/** What one piece of the template found. */
export interface Found {
  values: Value[];
  /** True for text of the template itself, which is the user's own. */
  literal: boolean;
}

/** Ranges in ranges; no data is as deep. */
const DEEPEST = 100;

/**
 * What the template finds in the data, piece by piece (client-go util/jsonpath/jsonpath.go:FindResults with AllowMissingKeys, as
 * kubectl uses it: a key that is missing is nothing). A wildcard on an object goes in the order of its keys, which is random in
 * kubectl. Throws PathError.
 */
export function findAll(template: ListNode, data: Json): Found[] {
  return new Evaluation(template.nodes).find(data, 0);
}

class Evaluation {
  readonly #nodes: PathNode[];
  /** Ranges begun by the node that was just evaluated, ranges that are open, ends that were met and not yet taken. */
  #begun = 0;
  #open = 0;
  #ended = 0;
  #lastEnd = -1;

  constructor(nodes: PathNode[]) {
    this.#nodes = nodes;
  }

  find(data: Value, first: number): Found[] {
    if (this.#open > DEEPEST) throw new PathError(`ranges are nested deeper than ${DEEPEST}`);
    const all: Found[] = [];
    for (let at = first; at < this.#nodes.length; at++) {
      const node = this.#nodes[at];
      if (node === undefined) break;
      const values = this.#walk([data], node);
      if (this.#ended > 0 && this.#ended <= this.#open) {
        this.#ended--;
        this.#lastEnd = at;
        break;
      }
      if (this.#begun === 0) {
        all.push({ values, literal: isLiteral(node) });
        continue;
      }
      this.#begun--;
      this.#open++;
      for (const value of values) {
        for (const found of this.find(value ?? undefined, at + 1)) all.push(found);
      }
      // Nothing to go through: the way to the end is found all the same.
      if (values.length === 0) this.find(undefined, at + 1);
      this.#open--;
      if (this.#lastEnd > at) at = this.#lastEnd;
    }
    return all;
  }

  #walk(input: Value[], node: PathNode): Value[] {
    switch (node.kind) {
      case 'list':
        return node.nodes.reduce((values, one) => this.#walk(values, one), input);
      case 'text':
        return [node.text];
      case 'value':
        return input.map(() => node.value);
      case 'field':
        return input.flatMap((value) => fieldOf(value, node.name));
      case 'wildcard':
        return input.flatMap(childrenOf);
      case 'recursive':
        return input.flatMap(descendantsOf);
      case 'slice':
        return sliceAll(input, node);
      case 'union':
        return node.lists.flatMap((list) => this.#walk(input, list));
      case 'filter':
        return this.#filter(input, node);
      case 'identifier':
        return this.#identify(input, node.name);
    }
  }

  #identify(input: Value[], name: string): Value[] {
    if (name === 'range') {
      this.#begun++;
      return input;
    }
    if (name !== 'end') throw new PathError(`unrecognized identifier ${name}`, input);
    if (this.#open === 0) throw new PathError('not in range, nothing to end');
    this.#ended++;
    return [];
  }

  #filter(input: Value[], filter: FilterNode): Value[] {
    const passed: Value[] = [];
    for (const value of input) {
      if (!Array.isArray(value))
        throw new PathError(`${typeName(value)} is not array or slice and cannot be filtered`, input);
      for (const item of value) if (this.#passes(item, filter)) passed.push(item);
    }
    return passed;
  }

  #passes(item: Json, { left, operator, right }: FilterNode): boolean {
    if (operator === 'exists') return this.#exists(item, left);
    const lefts = this.#walk([item], left);
    if (lefts.length === 0) return false;
    const rights = lefts.length > 1 ? [] : this.#walk([item], right);
    if (lefts.length > 1 || rights.length > 1) throw new PathError('can only compare one element at a time', [item]);
    return rights.length > 0 && compare(lefts[0], operator, rights[0]);
  }

  #exists(item: Json, path: ListNode): boolean {
    try {
      return this.#walk([item], path).length > 0;
    } catch (error) {
      if (error instanceof PathError) return error.found.length > 0;
      throw error;
    }
  }
}

function isLiteral(node: PathNode): boolean {
  const last = node.kind === 'list' ? node.nodes.at(-1) : node;
  return last?.kind === 'text';
}

function fieldOf(value: Value, name: string): Value[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.hasOwn(value, name) ? [value[name]] : [];
}

/** A string is a row of bytes to Go. */
function childrenOf(value: Value): Value[] {
  if (typeof value === 'string') return [...new TextEncoder().encode(value)];
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** The value and all below it that have anything in them, each before its own. */
function descendantsOf(value: Value): Value[] {
  const children = childrenOf(value);
  if (children.length === 0) return [];
  return [value, ...(typeof value === 'string' ? [] : children.flatMap(descendantsOf))];
}

function sliceAll(input: Value[], { from, to, derived, step = 1 }: SliceNode): Value[] {
  const taken: Value[] = [];
  for (const value of input) {
    if (value === null) continue;
    if (!Array.isArray(value)) throw new PathError(`${typeName(value)} is not array or slice`, input);
    const { length } = value;
    const first = (from ?? 0) < 0 ? (from ?? 0) + length : (from ?? 0);
    const end = to === undefined ? length : to < 0 || (to === 0 && derived) ? to + length : to;
    // client-go ends here, also when there are more lists.
    if (first === end) return taken;
    const problem =
      outside(first, length, 0) ??
      outside(end, length, 1) ??
      (first > end ? `starting index ${first} is greater than ending index ${end}` : undefined);
    if (problem) throw new PathError(problem, input);
    if (step <= 0) throw new PathError('step must be > 0', input);
    for (let at = first; at < end; at += step) taken.push(value[at]);
  }
  return taken;
}

function outside(bound: number, length: number, past: 0 | 1): string | undefined {
  if (bound >= 0 && bound < length + past) return undefined;
  return `array index out of bounds: index ${bound - past}, length ${length}`;
}

/** Go's names, as kubectl says them. */
function typeName(value: Value): string {
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}
