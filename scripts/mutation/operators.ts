import ts from 'typescript';
import type { Kind } from './mutant.ts';

/** What may stand in place of a node; for a statement nothing may. */
export interface Change {
  kind: Kind;
  text: string;
}

const COMPARISONS: Partial<Record<ts.SyntaxKind, string[]>> = {
  [ts.SyntaxKind.LessThanToken]: ['<=', '>='],
  [ts.SyntaxKind.LessThanEqualsToken]: ['<', '>'],
  [ts.SyntaxKind.GreaterThanToken]: ['>=', '<='],
  [ts.SyntaxKind.GreaterThanEqualsToken]: ['>', '<'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: ['!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: ['==='],
};

const LOGIC: Partial<Record<ts.SyntaxKind, string[]>> = {
  [ts.SyntaxKind.AmpersandAmpersandToken]: ['||'],
  [ts.SyntaxKind.BarBarToken]: ['&&'],
  [ts.SyntaxKind.QuestionQuestionToken]: ['&&'],
};

const ARITHMETIC: Partial<Record<ts.SyntaxKind, string[]>> = {
  [ts.SyntaxKind.PlusToken]: ['-'],
  [ts.SyntaxKind.MinusToken]: ['+'],
  [ts.SyntaxKind.AsteriskToken]: ['/'],
  [ts.SyntaxKind.AsteriskAsteriskToken]: ['*'],
  [ts.SyntaxKind.SlashToken]: ['*'],
  [ts.SyntaxKind.PercentToken]: ['*'],
  [ts.SyntaxKind.LessThanLessThanToken]: ['>>'],
  [ts.SyntaxKind.GreaterThanGreaterThanToken]: ['<<'],
  [ts.SyntaxKind.AmpersandToken]: ['|'],
  [ts.SyntaxKind.BarToken]: ['&'],
  [ts.SyntaxKind.PlusEqualsToken]: ['-='],
  [ts.SyntaxKind.MinusEqualsToken]: ['+='],
};

/** Methods without which the same value goes on, and those that have a contrary. */
const REMOVABLE =
  /^(filter|sort|toSorted|reverse|toReversed|slice|trim|trimEnd|trimStart|toLowerCase|toUpperCase|concat)$/;
const CONTRARIES: Record<string, string> = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
};

/** The changes of one expression. */
export function changesOf(node: ts.Expression, file: ts.SourceFile): Change[] {
  return [
    ...conditions(node),
    ...binary(node, file),
    ...unary(node, file),
    ...literals(node),
    ...methods(node, file),
    ...returns(node),
  ];
}

/** True for statements that are worth nothing unless they are missed. */
export function isRemovable(node: ts.Node): node is ts.Statement {
  if (ts.isExpressionStatement(node)) return !/^super\b/.test(node.expression.getText());
  return ts.isContinueStatement(node) || ts.isThrowStatement(node) || (ts.isReturnStatement(node) && !node.expression);
}

/** What decides a branch or a loop, and what a predicate answers, is always so, or never. */
function conditions(node: ts.Expression): Change[] {
  const { parent } = node;
  const decides =
    ((ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent)) &&
      parent.expression === node) ||
    ((ts.isConditionalExpression(parent) || ts.isForStatement(parent)) && parent.condition === node) ||
    ((ts.isArrowFunction(parent) || ts.isReturnStatement(parent)) && isComparison(node));
  if (!decides) return [];
  const loops = ts.isWhileStatement(parent) || ts.isForStatement(parent) || ts.isDoStatement(parent);
  return (loops ? ['false'] : ['true', 'false'])
    .filter((text) => node.getText() !== text)
    .map((text) => ({ kind: 'condition', text }));
}

function isComparison(node: ts.Node): boolean {
  if (ts.isParenthesizedExpression(node)) return isComparison(node.expression);
  if (ts.isPrefixUnaryExpression(node)) return node.operator === ts.SyntaxKind.ExclamationToken;
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  if (COMPARISONS[kind]) return true;
  // a || b answers with a value as often as with yes or no.
  const joins = kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
  return joins && isComparison(node.left) && isComparison(node.right);
}

function binary(node: ts.Expression, file: ts.SourceFile): Change[] {
  if (!ts.isBinaryExpression(node)) return [];
  const { left, operatorToken, right } = node;
  const tables: [Kind, typeof LOGIC][] = [
    ['comparison', COMPARISONS],
    ['logic', LOGIC],
    ['arithmetic', isText(left) || isText(right) ? {} : ARITHMETIC],
  ];
  return tables.flatMap(([kind, table]) =>
    (table[operatorToken.kind] ?? []).map((operator) => ({
      kind,
      // Parentheses, for what is joined may bind otherwise: a || b && c.
      text:
        kind === 'arithmetic'
          ? joined(node, operator, file)
          : `(${left.getText(file)}) ${operator} (${right.getText(file)})`,
    })),
  );
}

/** `+=` takes no parentheses on its left side. */
function joined({ left, right }: ts.BinaryExpression, operator: string, file: ts.SourceFile): string {
  return `${left.getText(file)} ${operator} (${right.getText(file)})`;
}

function isText(node: ts.Expression): boolean {
  if (ts.isBinaryExpression(node)) return isText(node.left) || isText(node.right);
  return ts.isStringLiteral(node) || ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node);
}

function unary(node: ts.Expression, file: ts.SourceFile): Change[] {
  if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return [];
  const operand = node.operand.getText(file);
  switch (node.operator) {
    case ts.SyntaxKind.ExclamationToken:
      return [{ kind: 'logic', text: operand }];
    case ts.SyntaxKind.MinusToken:
      return [{ kind: 'arithmetic', text: operand }];
    case ts.SyntaxKind.PlusPlusToken:
      return [{ kind: 'arithmetic', text: ts.isPrefixUnaryExpression(node) ? `--${operand}` : `${operand}--` }];
    case ts.SyntaxKind.MinusMinusToken:
      return [{ kind: 'arithmetic', text: ts.isPrefixUnaryExpression(node) ? `++${operand}` : `${operand}++` }];
    default:
      return [];
  }
}

function literals(node: ts.Expression): Change[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [{ kind: 'boolean', text: 'false' }];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [{ kind: 'boolean', text: 'true' }];
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
    return [{ kind: 'string', text: node.text === '' ? "'mutant'" : "''" }];
  }
  if (ts.isTemplateExpression(node)) return [{ kind: 'string', text: "''" }];
  if (ts.isArrayLiteralExpression(node)) {
    return [{ kind: 'array', text: node.elements.length === 0 ? "['mutant']" : '[]' }];
  }
  return [];
}

function methods(node: ts.Expression, file: ts.SourceFile): Change[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const { expression: receiver, name } = node.expression;
  if (REMOVABLE.test(name.text)) return [{ kind: 'method', text: receiver.getText(file) }];
  const contrary = Object.hasOwn(CONTRARIES, name.text) ? CONTRARIES[name.text] : undefined;
  if (contrary === undefined) return [];
  const rest = file.text.slice(name.end, node.end);
  return [{ kind: 'method', text: `${receiver.getText(file)}.${contrary}${rest}` }];
}

/** Of a function that says it returns a list, nothing. */
function returns(node: ts.Expression): Change[] {
  if (ts.isArrayLiteralExpression(node)) return [];
  const made = ts.isReturnStatement(node.parent) ? ts.findAncestor(node, ts.isFunctionLike) : undefined;
  return made?.type && ts.isArrayTypeNode(made.type) ? [{ kind: 'array', text: '[]' }] : [];
}
