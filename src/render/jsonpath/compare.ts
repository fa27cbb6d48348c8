import { compareText } from '../../model/text.ts';
import { PathError, type Value } from './node.ts';

type Kind = 'bool' | 'int' | 'float' | 'string';

/**
 * Whether `left operator right` holds, by Go's rules: both must be of one type, and true is not less than false
 * (client-go third_party/forked/golang/template/funcs.go). Throws PathError.
 */
export function compare(left: Value, operator: string, right: Value): boolean {
  switch (operator) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return !isEqual(left, right);
    case '<':
      return isLess(left, right);
    case '>=':
      return !isLess(left, right);
    case '<=':
      return isLess(left, right) || isEqual(left, right);
    case '>':
      return !isLess(left, right) && !isEqual(left, right);
    default:
      throw new PathError(`unrecognized filter operator ${operator}`);
  }
}

function isEqual(left: Value, right: Value): boolean {
  if (kindOf(left) !== kindOf(right)) throw new PathError('incompatible types for comparison');
  return left === right;
}

function isLess(left: Value, right: Value): boolean {
  const kind = kindOf(left);
  if (kind !== kindOf(right)) throw new PathError('incompatible types for comparison');
  if (kind === 'bool') throw new PathError('invalid type for comparison');
  return typeof left === 'string' ? compareText(left, String(right)) < 0 : Number(left) < Number(right);
}

function kindOf(value: Value): Kind {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  throw new PathError('invalid type for comparison');
}
