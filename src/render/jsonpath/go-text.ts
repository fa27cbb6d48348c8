import type { Json } from '../../model/json.ts';
import { compareText } from '../../model/text.ts';
import type { Value } from './node.ts';

/** A value as Go's fmt.Sprint writes it: lists are [a b], objects map[a:1 b:2] by key, null is <nil>. */
export function goText(value: Value): string {
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'number') return goNumber(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  return `map[${sortedEntries(value)
    .map(([key, one]) => `${key}:${goText(one)}`)
    .join(' ')}]`;
}

/** A value as Go's encoding/json writes it: keys in order, and &, < and > escaped. Indented by four where it is asked for. */
export function goJSON(value: Json, indent = 0): string {
  return JSON.stringify(sorted(value), null, indent).replace(/[<>&]/g, (character) => {
    return `\\u00${character.charCodeAt(0).toString(16)}`;
  });
}

/** int64 as it is; the rest as fmt's %v writes a float64: with an exponent below 0.0001 and from 1,000,000 on. */
function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return String(value);
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  if (Number(exponent) >= -4 && Number(exponent) < 6) return String(value);
  return `${mantissa}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, '0')}`;
}

function sorted(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(sortedEntries(value).map(([key, one]) => [key, one === undefined ? one : sorted(one)]));
}

function sortedEntries(value: { [field: string]: Value }): [string, Value][] {
  return Object.entries(value).sort(([a], [b]) => compareText(a, b));
}
