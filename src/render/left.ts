import type { LeftToDo } from '../model/left-to-do.ts';

/** Nodes that are named before the rest is counted. */
const NAMED = 5;

/** What is left to the operator, an item a line, its commands below it. */
export function leftLines(left: LeftToDo[]): string[] {
  return left.flatMap(({ what, commands }) =>
    commands.length > 0 ? [`- ${what}:`, ...commands.map((command) => `    ${command}`)] : [`- ${what}`],
  );
}

/** The same after an operation; `unseen`: nodes on which no pod of a CNI was seen. Nothing left: no lines. */
export function leftAfterwards(left: LeftToDo[], unseen: string[]): string[] {
  const rest = unseen.length - NAMED;
  const names = `${unseen.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const restart: LeftToDo = {
    what: `restart the CNI on ${names}, where no pod of one that this program knows was seen, and delete the pods that keep old addresses`,
    commands: [],
  };
  const lines = leftLines([...left, ...(unseen.length > 0 ? [restart] : [])]);
  return lines.length > 0 ? ['Left to you:', ...lines.map((line) => `  ${line}`)] : [];
}
