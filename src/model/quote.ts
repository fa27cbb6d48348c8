/**
 * Text in double quotes for people, in one line: as JSON writes it, but ESC is ^[ as everywhere on the terminal
 * (src/render/escape.ts).
 */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll(/\\(?:u001b|.)/g, (found) => (found === '\\u001b' ? '^[' : found));
}
