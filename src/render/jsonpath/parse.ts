import { type ListNode, PathError, type PathNode, type SliceNode } from './node.ts';
import { unquote } from './unquote.ts';

/**
 * Reads a template of kubectl's JSONPath: text with paths in braces (client-go util/jsonpath/parser.go, which this follows to the
 * letter, its errors included). Throws PathError.
 */
export function parseTemplate(template: string): ListNode {
  return new Parser(template).parse();
}

const TERMINATORS = new Set([' ', '\t', '\r', '\n', '', '.', ',', '[', ']', '$', '@', '{', '}']);
const ALPHANUMERIC = /[\p{L}\p{Nd}_]/u;
const DIGIT = /\p{Nd}/u;

class Parser {
  readonly #input: string;
  #at = 0;

  constructor(input: string) {
    this.#input = input;
  }

  parse(): ListNode {
    const root: PathNode[] = [];
    for (;;) {
      const open = this.#input.indexOf('{', this.#at);
      const text = this.#input.slice(this.#at, open < 0 ? undefined : open);
      if (text !== '') root.push({ kind: 'text', text });
      if (open < 0) return { kind: 'list', nodes: root };
      this.#at = open + 1;
      root.push({ kind: 'list', nodes: this.#readAction() });
    }
  }

  /** What stands in braces, and the brace that closes it. */
  #readAction(): PathNode[] {
    const nodes: PathNode[] = [];
    for (;;) {
      if (this.#takes('}')) return nodes;
      if (this.#takes('[?(')) nodes.push(this.#readFilter());
      else if (this.#takes('..')) nodes.push(...this.#readRecursive(nodes));
      else nodes.push(...this.#readNode());
    }
  }

  #readNode(): PathNode[] {
    const character = this.#next();
    switch (character) {
      case '':
      case '\r':
      case '\n':
        throw new PathError('unclosed action');
      case ' ':
      case '@':
      case '$':
        return [];
      case '[':
        return this.#readBrackets();
      case '"':
      case "'":
        return [{ kind: 'text', text: unquote(this.#readQuoted(character)) }];
      case '.':
        return [this.#readField()];
    }
    this.#at -= character.length;
    if (character === '+' || character === '-' || DIGIT.test(character)) return [this.#readNumber()];
    if (ALPHANUMERIC.test(character)) return [this.#readIdentifier()];
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    throw new PathError(`unrecognized character in action: U+${code} '${character}'`);
  }

  #readRecursive(before: PathNode[]): PathNode[] {
    if (before.at(-1)?.kind === 'recursive') throw new PathError('invalid multiple recursive descent');
    const field = ALPHANUMERIC.test(this.#peek()) ? [this.#readField()] : [];
    return [{ kind: 'recursive' }, ...field];
  }

  #readField(): PathNode {
    const from = this.#at;
    for (;;) {
      const character = this.#next();
      if (character === '\\') this.#next();
      else if (TERMINATORS.has(character)) {
        this.#at -= character.length;
        break;
      }
    }
    const name = this.#input.slice(from, this.#at);
    return name === '*' ? { kind: 'wildcard' } : { kind: 'field', name: name.replaceAll('\\', '') };
  }

  #readIdentifier(): PathNode {
    const from = this.#at;
    while (!TERMINATORS.has(this.#peek())) this.#next();
    const name = this.#input.slice(from, this.#at);
    return name === 'true' || name === 'false'
      ? { kind: 'value', value: name === 'true' }
      : { kind: 'identifier', name };
  }

  #readNumber(): PathNode {
    const from = this.#at;
    if ('+-'.includes(this.#peek())) this.#next();
    while (this.#peek() === '.' || DIGIT.test(this.#peek())) this.#next();
    const text = this.#input.slice(from, this.#at);
    const value = Number(text);
    if (Number.isNaN(value)) throw new PathError(`cannot parse number ${text}`);
    return { kind: 'value', value };
  }

  /** The quotes included; the opening one is read already. */
  #readQuoted(quote: string): string {
    const from = this.#at - 1;
    for (;;) {
      const character = this.#next();
      if (character === '' || character === '\n') throw new PathError('unterminated quoted string');
      if (character === quote && this.#input[this.#at - 2] !== '\\') return this.#input.slice(from, this.#at);
    }
  }

  #readBrackets(): PathNode[] {
    const from = this.#at;
    for (;;) {
      const character = this.#next();
      if (character === '' || character === '\n') throw new PathError('unterminated array');
      if (character === ']') break;
    }
    const inside = this.#input.slice(from, this.#at - 1);
    const text = inside === '*' ? ':' : inside;
    const parts = text.split(',');
    if (parts.length > 1) {
      return [{ kind: 'union', lists: parts.map((part) => action(`[${part.replace(/^ +| +$/g, '')}]`)) }];
    }
    const [, key] = /^'([^']*)'$/.exec(text) ?? [];
    return key === undefined ? [slice(text)] : action(`.${key}`).nodes;
  }

  /** A quoted string in it may hold brackets; there is one at most. */
  #readFilter(): PathNode {
    const from = this.#at;
    let quote = '';
    let closed = false;
    for (;;) {
      const character = this.#next();
      if (character === '' || character === '\n') throw new PathError('unterminated filter');
      if (character === '"' || character === "'") {
        if (quote === '') quote = character;
        else if (character === quote && this.#input[this.#at - 2] !== '\\') closed = true;
      } else if (character === ')' && (quote !== '') === closed) break;
    }
    const text = this.#input.slice(from, this.#at - 1);
    if (this.#next() !== ']') throw new PathError('unclosed array expect ]');
    const [, left, operator, right] = /^([^!<>=]+)([!<>=]+)(.+?)$/s.exec(text) ?? [];
    if (left === undefined || operator === undefined || right === undefined) {
      return { kind: 'filter', left: action(text), operator: 'exists', right: { kind: 'list', nodes: [] } };
    }
    return { kind: 'filter', left: action(left), operator, right: action(right) };
  }

  #takes(text: string): boolean {
    const taken = this.#input.startsWith(text, this.#at);
    if (taken) this.#at += text.length;
    return taken;
  }

  /** The next character, '' at the end. */
  #peek(): string {
    const code = this.#input.codePointAt(this.#at);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  #next(): string {
    const character = this.#peek();
    this.#at += character.length;
    return character;
  }
}

/** A part of an action, read as an action of its own. What stands behind a brace in it is lost, as in client-go. */
function action(text: string): ListNode {
  const [first] = parseTemplate(`{${text}}`).nodes;
  return first?.kind === 'list' ? first : { kind: 'list', nodes: [] };
}

function slice(text: string): SliceNode {
  const [whole, first = '', second, third] = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text) ?? [];
  if (whole === undefined) throw new PathError(`invalid array index ${text}`);
  const from = bound(first);
  if (second !== undefined) {
    return { kind: 'slice', from, to: bound(second.slice(1)), derived: false, step: bound(third?.slice(1) ?? '') };
  }
  return { kind: 'slice', from, to: (from ?? 0) + 1, derived: true, step: undefined };
}

function bound(text: string): number | undefined {
  if (text === '') return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new PathError(`array index ${text} is not a number`);
  return number;
}
