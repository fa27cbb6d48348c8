/**
 * Characters that a terminal acts on or that change how text reads: control characters, bidirectional marks and overrides,
 * zero-width, invisible and line-separating characters, lone surrogates.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{DI}]/gu;

/**
 * Text from the cluster in one line that a terminal shows and does nothing else with. ESC becomes ^[ as kubectl writes it
 * (cli-runtime/pkg/printers/terminal.go), other control characters \n, \r, \t or \u202e.
 */
export function escapeLine(text: string): string {
  return text.replace(UNSAFE, (character) => (character === '\u001b' ? '^[' : escapeCharacter(character)));
}

/** Makes serialised JSON, or YAML's double-quoted text, safe to print: what could act on a terminal becomes \uXXXX, line ends stay. */
export function escapeSerialised(text: string): string {
  return text.replace(UNSAFE, (character) => (character === '\n' ? character : unicodeEscape(character)));
}

/** True when the text holds a character that has to be escaped. */
export function isUnsafe(text: string): boolean {
  return text.search(UNSAFE) >= 0;
}

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeCharacter(character: string): string {
  return SHORT[character] ?? unicodeEscape(character);
}

/** Astral characters as two escapes: JSON and YAML know \uXXXX alone in common. */
function unicodeEscape(character: string): string {
  let escapes = '';
  for (let index = 0; index < character.length; index++) {
    escapes += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return escapes;
}
