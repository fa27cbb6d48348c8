import { NO_TOOL, PROBE_PORT } from './probe-pod.ts';

/** An address that is asked for its name. */
export interface Question {
  address: string;
  /** What the pod with that address answers. */
  name: string;
}

/** What came back: the right name, another one, or nothing. */
export type Answer = { state: 'right' } | { state: 'wrong'; name: string } | { state: 'none' };

/** Seconds that a connection may take, and one that says nothing: another pod may listen there. */
const CONNECT = 2;
const SILENT = 3;

/**
 * A script for `sh` that asks all of them side by side, each until it answers, for so many milliseconds, and prints a line each: its
 * position and the answer. Ends with 127 where there is no nc.
 */
export function askingScript(questions: Question[], forMs: number): string {
  const asks = questions.map(({ address }, index) => `ask ${index} ${address} &`);
  return [
    `command -v nc >/dev/null || exit ${NO_TOOL}`,
    `t=; command -v timeout >/dev/null && t="timeout ${SILENT}"`,
    'ask() {',
    '  s=$(date +%s)',
    '  while :; do',
    `    a=$($t nc -w ${CONNECT} $2 ${PROBE_PORT} </dev/null 2>/dev/null | head -n 1)`,
    `    [ -n "$a" ] || [ $(($(date +%s) - s)) -ge ${Math.ceil(forMs / 1000)} ] && break`,
    '    sleep 1',
    '  done',
    '  echo "$1 $a"',
    '}',
    ...asks,
    'wait',
  ].join('\n');
}

/** Reads what the script has printed. Twins answer for each other: only the right name counts. */
export function readAnswers(questions: Question[], output: string): Answer[] {
  const lines = new Map(
    output.split('\n').map((line): [string, string] => {
      const [, index = '', name = ''] = /^(\d+) (.*)$/.exec(line) ?? [];
      return [index, name.trim()];
    }),
  );
  return questions.map(({ name }, index) => {
    const answer = lines.get(String(index)) ?? '';
    if (answer === '') return { state: 'none' };
    return answer === name ? { state: 'right' } : { state: 'wrong', name: answer.slice(0, 64) };
  });
}
