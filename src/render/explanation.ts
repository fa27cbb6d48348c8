import { renderTable } from './table.ts';

/** One code's words, as the catalogue of checks has them. */
interface Entry {
  severity: string;
  title: string;
  meaning: string;
  harm: string;
  cure: string;
  origin: string;
}

/** Widest line of an explanation, in characters. */
const WIDTH = 80;

/** All codes in one table. */
export function renderCatalogue(catalogue: Record<string, Entry>): string {
  const rows = Object.entries(catalogue).map(([code, { severity, title }]) => [
    code,
    severity.replace(/;.*/, ''),
    title,
  ]);
  return renderTable(['CODE', 'SEVERITY', 'MEANING'], rows);
}

/** One code, at length. */
export function renderExplanation(code: string, entry: Entry): string {
  const sections: [string, string][] = [
    ['What it means', entry.meaning],
    ['Why it hurts', entry.harm],
    ['How to cure it', entry.cure],
    ['Where it comes from', entry.origin],
  ];
  const body = sections.map(([title, text]) => `\n${title}\n${wrap(text, '  ')}`).join('');
  return `${code}: ${entry.title}\nSeverity: ${entry.severity}\n${body}`;
}

/** Breaks at blanks; a word that is too long stands alone. */
function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${indent}${one}\n`).join('');
}
