import type { Step } from '../model/operation.ts';
import type { Wait } from '../model/progress.ts';
import { escapeLine } from './escape.ts';

/** How far an operation is, and what it does now. */
export interface Progress {
  /** Moves that have ended, and all. */
  done: number;
  total: number;
  /** Undefined when it is for all of them. */
  node: string | undefined;
  doing: Step | Wait;
  /** So much of it is done, of all; undefined where it has no parts. */
  part?: readonly [done: number, all: number] | undefined;
  /** For how long, in milliseconds. */
  elapsed: number;
}

/** More nodes than this get a bar. */
const FEW = 3;

const CELLS = 10;

/** What is done to reach a step. */
const DOING: Record<Step | Wait, string> = {
  planned: 'planning',
  cordoned: 'cordoning',
  drained: 'draining',
  detached: 'detaching what it owns',
  swapping: 'changing its subnet',
  posted: 'changing its subnet',
  announced: 'announcing survivors',
  allocated: 'waiting for a subnet',
  reowned: 'giving back what it owned',
  settled: 'waiting until it is Ready',
  restarted: 'restarting its CNI',
  cleaned: 'removing what is left of its former subnet',
  renewed: 'renewing its pods',
  finished: 'finishing',
  undone: 'taking it back',
  pause: 'pausing',
  cooldown: 'cooling down',
  heartbeats: 'waiting for heartbeats',
  peers: 'looking at the routes of the other nodes',
  allocator: 'looking after the allocator',
  verification: 'verifying',
};

/**
 * One line, no wider than the terminal: `node/worker-12: draining 3s`, for more than three nodes
 * `[####......] 7/20 worker-12: draining 3s`. What does not fit is left away: the bar first. Without colours, ASCII but for `…`.
 */
export function renderProgress({ done, total, node, doing, part, elapsed }: Progress, columns: number): string {
  const name = node === undefined ? undefined : escapeLine(node).replace(/[^\x20-\x7e]/g, '?');
  const parts = part ? `${part.join('/')} ` : '';
  const what = `${DOING[doing]} ${parts}${timeText(elapsed)}`;
  const named = (prefix: string) => (name === undefined ? what : `${prefix}${name}: ${what}`);
  // Terminals wrap when the last column is written.
  const width = columns - 1;
  if (total <= FEW) return cut(named('node/'), width);
  const counted = `${done}/${total} ${named('')}`;
  const filled = '#'.repeat(Math.floor((done * CELLS) / total));
  const whole = `[${filled.padEnd(CELLS, '.')}] ${counted}`;
  return whole.length <= width ? whole : cut(counted, width);
}

function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
}

/** 0s, 59s, 1m5s, 1h0m. */
function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds}s`;
  return minutes < 60 ? `${minutes}m${seconds % 60}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}
