import { escapeSerialised } from './escape.ts';

/** JSON as kubectl prints it: indented by four, with a line end; safe on a terminal. */
export function renderJSON(value: object): string {
  return `${escapeSerialised(JSON.stringify(value, null, 4))}\n`;
}
