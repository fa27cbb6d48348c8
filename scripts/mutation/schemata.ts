import ts from 'typescript';
import type { Mutant } from './mutant.ts';
import { type Change, changesOf, isRemovable } from './operators.ts';

/** A source file with all its mutants in it, each asleep until its number is switched on. */
export interface Schemata {
  file: string;
  mutants: Mutant[];
  /** TypeScript still: what it asks is `$mutant(ID)`. */
  text: string;
}

/** Reads a source file and puts its mutants in; numbers begin with `first`. */
export function schemataOf(file: string, source: string, first: number): Schemata {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
  const mutants: Mutant[] = [];
  const add = (node: ts.Node, { kind, text }: Change): number => {
    const { line, character } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
    const id = first + mutants.length;
    const original = firstLine(node.getText(tree));
    mutants.push({ id, file, line: line + 1, column: character + 1, kind, original, replacement: firstLine(text) });
    return id;
  };
  const write = (node: ts.Node): string => {
    if (isKept(node)) return node.getText(tree);
    const switches = isRemovable(node)
      ? [{ id: add(node, { kind: 'statement', text: '' }), text: '' }]
      : isChangeable(node)
        ? changesOf(node, tree).map((change) => ({ id: add(node, change), text: change.text }))
        : [];
    const own = inside(node);
    if (switches.length === 0) return own;
    if (isRemovable(node)) return `{ if (!$mutant(${switches[0]?.id})) ${own} }`;
    return `(${switches.map(({ id, text }) => `$mutant(${id}) ? (${text}) : `).join('')}(${own}))`;
  };
  const inside = (node: ts.Node): string => {
    let text = '';
    let at = node.getStart(tree);
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => {
      children.push(child);
    });
    for (const child of children) {
      // An absent part is a node without a width.
      if (child.end <= child.getStart(tree)) continue;
      text += source.slice(at, child.getStart(tree)) + write(child);
      at = child.end;
    }
    return text + source.slice(at, node.end);
  };
  return { file, text: inside(tree), mutants };
}

/** Types, imports and names of properties are no behaviour. */
function isKept(node: ts.Node): boolean {
  return (
    ts.isTypeNode(node) ||
    ts.isTypeParameterDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isRegularExpressionLiteral(node)
  );
}

/** An expression that may stand in parentheses where it is. */
function isChangeable(node: ts.Node): node is ts.Expression {
  if (!ts.isExpression(node)) return false;
  const { parent } = node;
  const isName = ts.isPropertyAssignment(parent) && parent.name === node;
  // Parentheses would end the short circuit of a?.b.c.
  const isChain = (node.flags & ts.NodeFlags.OptionalChain) !== 0;
  const isTarget = ts.isTaggedTemplateExpression(parent) || ts.isLiteralTypeNode(parent);
  const isPattern = ts.isArrayLiteralExpression(node) && ts.isBinaryExpression(parent) && parent.left === node;
  return (
    !isName && !isChain && !isTarget && !isPattern && !(ts.isForOfStatement(parent) && parent.initializer === node)
  );
}

function firstLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
