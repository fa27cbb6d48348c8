import { CATALOGUE, type Code, finderOf } from '../../src/checks/catalogue.ts';
import { CONNECTION_FLAGS } from '../../src/cli/flags/connection.ts';
import type { Flags } from '../../src/cli/flags/flag.ts';
import { flagText, usage } from '../../src/cli/help.ts';
import { SUBCOMMANDS } from '../../src/cli/program.ts';

/** docs/reference.md: every command with its flags, and the exit codes. */
export function reference(): string {
  return [
    '# Reference',
    GENERATED,
    '## Exit codes',
    exitCodes(),
    ...SUBCOMMANDS.map((subcommand) =>
      [
        `## ${subcommand.name}`,
        `    ${usage(subcommand)}`,
        subcommand.description || `${subcommand.summary}.`,
        ...(subcommand.examples.length > 0 ? [examples(subcommand.examples)] : []),
        ...(Object.keys(subcommand.flags).length > 0 ? [flagTable(subcommand.flags)] : []),
      ].join('\n\n'),
    ),
    '## Connection flags',
    "Every command knows kubectl's own:",
    flagTable(CONNECTION_FLAGS),
  ].join('\n\n');
}

/** docs/checks.md: what `explain` says, as a page. */
export function checks(): string {
  const entries = Object.entries(CATALOGUE).map(([code, { severity, title, meaning, harm, cure, origin }]) =>
    [
      `## ${code}`,
      `**${title}** (${severity}; found by \`${finderOf(code as Code)}\`)`,
      meaning,
      `- **Why it hurts:** ${harm}`,
      `- **Cure:** ${cure}`,
      `- **Where it comes from:** ${origin}`,
    ].join('\n\n'),
  );
  return ['# Checks', GENERATED, ...entries].join('\n\n');
}

/** The commands, for the READMEs. */
export function commandTable(): string {
  return table(
    ['Command', 'Does'],
    SUBCOMMANDS.map((subcommand) => [`\`${subcommand.name}\``, subcommand.summary]),
  );
}

/** The codes, for the README. */
export function checkTable(): string {
  return table(
    ['Code', 'Severity', 'Means', 'Found by'],
    Object.entries(CATALOGUE).map(([code, { severity, title }]) => [
      `\`${code}\``,
      severity,
      title,
      `\`${finderOf(code as Code)}\``,
    ]),
  );
}

/** What every command's exit code means. */
export function exitCodes(): string {
  return table(
    ['Code', 'Means'],
    [
      ['0', 'fine'],
      [
        '1',
        'problems found, a node differs from the API, `lookup` finds nothing, or some of several moves refused; `list` reports and stays 0',
      ],
      ['2', 'misused or failed, nothing changed; stdout is empty'],
      ['3', 'unfinished: the message says how to go on'],
    ],
  );
}

const GENERATED = '<!-- Made by `npm run docs` from the code. Do not edit. -->';

function flagTable(flags: Flags): string {
  return table(
    ['Flag', 'Does'],
    Object.entries(flags).map(([name, flag]) => [`\`${flagText(name, flag)}\``, flag.help]),
  );
}

function examples(lines: [string, string][]): string {
  return lines.map(([command, does]) => `    ${command}${does ? `   # ${does}` : ''}`).join('\n');
}

function table(headers: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headers), line(headers.map(() => '---')), ...rows.map(line)].join('\n');
}
