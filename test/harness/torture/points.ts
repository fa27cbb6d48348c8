import type { SeenRequest } from '../fault-proxy.ts';

/** One write of a run, found again in another run by what it is and how many of its kind came before. */
export interface Point {
  kind: 'request' | 'file';
  /** For example `DELETE /api/v1/nodes/moves` or `rename moves.record`: ids and uids are left out. */
  what: string;
  /** From 1. */
  nth: number;
  /** Of a file operation: its number among all of the run, from 1. */
  position: number;
}

/** As in messages: `PATCH /api/v1/nodes/moves #2`. */
export function pointName({ what, nth }: Point): string {
  return `${what} #${nth}`;
}

/** True for what changes something on the server: reviews of rights and dry runs do not. */
export function isWrite({ method, path }: SeenRequest): boolean {
  return method !== 'GET' && !path.includes('/selfsubjectaccessreviews') && !/[?&]dryRun=/.test(path);
}

/** What a request does, the same in every run. */
export function describeRequest({ method, path }: SeenRequest): string {
  return `${method} ${nameless(path.replace(/\?.*$/, ''))}`;
}

/** Counts writes of each kind as they come. */
export class PointCounter {
  readonly #counts = new Map<string, number>();

  /** The next write of this kind. */
  next(what: string): number {
    const nth = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, nth);
    return nth;
  }
}

/** The writes of a run, in their order. */
export function requestPoints(seen: SeenRequest[]): Point[] {
  const counter = new PointCounter();
  return seen.filter(isWrite).map((request, index) => {
    const what = describeRequest(request);
    return { kind: 'request', what, nth: counter.next(what), position: index + 1 };
  });
}

/** The writing operations on the disk in a run, from the log that file-faults.ts writes. */
export function filePoints(log: string): Point[] {
  const counter = new PointCounter();
  const lines = log.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => {
    const what = nameless(line);
    return { kind: 'file', what, nth: counter.next(what), position: index + 1 };
  });
}

/** Without what differs between two runs: ids of operations, uids. */
function nameless(text: string): string {
  return text
    .replaceAll(/\d{8}-\d{6}-[0-9a-f]{6}/g, 'ID')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
    .replaceAll(/-bare-[0-9a-f]{8}/g, '-bare-UID');
}
