import { Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';

/** True for labels that a selector picks. */
export type Selector = (labels: Record<string, string>) => boolean;

const KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;

/**
 * Reads a label selector by kubectl's grammar (apimachinery/pkg/labels/selector.go): `a=b`, `a==b`, `a!=b`, `a in (b,c)`,
 * `a notin (b,c)`, `a`, `!a`, `a>1`, `a<1`, joined by commas. Throws Failure.
 */
export function parseSelector(text: string): Selector {
  if (text.trim() === '') return () => true;
  const requirements = split(text).map((part) => readRequirement(part.trim(), text));
  return (labels) => requirements.every((picks) => picks(labels));
}

/** Splits at commas outside of brackets. */
function split(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}

function readRequirement(part: string, whole: string): Selector {
  const exists = /^(!?)\s*([^\s!=<>(),]+)$/.exec(part);
  if (exists) {
    const [, not, key = ''] = exists;
    checkKey(key, whole);
    return (labels) => Object.hasOwn(labels, key) === (not === '');
  }
  const set = /^([^\s!=<>(),]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(part);
  if (set) return readSet(set[1] ?? '', set[2] === 'in', (set[3] ?? '').split(','), whole);
  const [, key = '', operator, value = ''] = /^([^\s!=<>(),]+)\s*(==?|!=|<|>)\s*([^\s!=<>(),]*)$/.exec(part) ?? [];
  if (operator === '<' || operator === '>') return readComparison(key, operator, value, whole);
  if (operator === undefined) throw bad(whole, `cannot read ${quote(part)}`);
  return readSet(key, operator !== '!=', [value], whole);
}

/** A label that is absent is in no set, so it is picked by != and notin. */
function readSet(key: string, isIn: boolean, written: string[], whole: string): Selector {
  checkKey(key, whole);
  const values = new Set(written.map((value) => value.trim()));
  for (const value of values) {
    if (!VALUE.test(value)) throw bad(whole, `${quote(value)} is no label value`);
  }
  return (labels) => (Object.hasOwn(labels, key) && values.has(labels[key] ?? '')) === isIn;
}

function readComparison(key: string, operator: '<' | '>', value: string, whole: string): Selector {
  checkKey(key, whole);
  if (!/^[-+]?\d+$/.test(value)) throw bad(whole, `${operator} needs a whole number, not ${quote(value)}`);
  const limit = BigInt(value);
  return (labels) => {
    const label = labels[key];
    if (label === undefined || !/^[-+]?\d+$/.test(label)) return false;
    return operator === '<' ? BigInt(label) < limit : BigInt(label) > limit;
  };
}

function checkKey(key: string, whole: string): void {
  if (!KEY.test(key)) throw bad(whole, `${quote(key)} is no label key`);
}

function bad(whole: string, problem: string): Failure {
  return new Failure(`selector ${quote(whole)}: ${problem}`, {
    hint: "write it like -l zone=a,disk!=slow or -l 'zone in (a,b),!gpu'",
  });
}
