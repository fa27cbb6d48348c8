import type { ChildProcess } from 'node:child_process';
import { type Fault, refusal, type SeenRequest } from '../fault-proxy.ts';

/** Longer than the program's wait for an answer (test/main.ts: answer), so that it has given up when the request arrives. */
const LATE_MS = 3_000;

/** Longer than that wait too; then even a request without a limit of its own ends. */
const SILENT_MS = 4_000;

/** What a fault can reach: the program, and the end of it. */
export interface Victim {
  child: ChildProcess;
  /** SIGKILL; from then on no request of the program passes. */
  kill(): void;
}

/** Something that goes wrong once, at one request that writes. */
export interface RequestFault {
  /** As in the table and for --fault. */
  name: string;
  /** What the proxy does with the request. */
  strike(request: SeenRequest, victim: Victim): Fault;
}

const REASONS: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  409: 'Conflict',
  410: 'Gone',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** A POST that meets something of its name is told so by another reason. */
function answered(code: number, method: string): Fault {
  const reason = code === 409 && method === 'POST' ? 'AlreadyExists' : REASONS[code];
  return refusal(code, reason, code === 429 ? { 'retry-after': '1' } : {});
}

/** The server has acted, and the program does not know. */
export const KILLED: RequestFault = {
  name: 'killed before the answer',
  strike: (_request, { kill }) => ({ kind: 'reset-after', acted: kill }),
};

/** Ends of the program, each at another moment of the request. */
export const KILLS: RequestFault[] = [
  KILLED,
  {
    name: 'killed before the request',
    strike: (_request, { kill }) => {
      kill();
      return { kind: 'reset' };
    },
  },
  {
    name: 'killed, request delivered late',
    strike: (_request, { kill }) => {
      kill();
      return { kind: 'hold', ms: LATE_MS };
    },
  },
  { name: 'killed after the answer', strike: (_request, { kill }) => ({ kind: 'pass', answered: kill }) },
];

const MISHAPS: RequestFault[] = [
  { name: 'reset before the server acted', strike: () => ({ kind: 'reset' }) },
  { name: 'reset after the server acted', strike: () => ({ kind: 'reset-after' }) },
  { name: 'no answer, not delivered', strike: () => ({ kind: 'silence', ms: SILENT_MS, delivered: false }) },
  { name: 'no answer, delivered', strike: () => ({ kind: 'silence', ms: SILENT_MS, delivered: true }) },
  { name: 'held and delivered late', strike: () => ({ kind: 'hold', ms: LATE_MS }) },
  { name: 'answer cut off', strike: () => ({ kind: 'truncate' }) },
  ...Object.keys(REASONS).map((code) => ({
    name: `answered ${code}`,
    strike: ({ method }: SeenRequest) => answered(Number(code), method),
  })),
];

const SIGNALS: RequestFault[] = [
  ...(['SIGHUP', 'SIGTSTP'] as const).map((signal) => ({
    name: signal,
    strike: (_request: SeenRequest, { child }: Victim): Fault => {
      child.kill(signal);
      // A shell's `fg`, should it have stopped.
      setTimeout(() => child.kill('SIGCONT'), 1_000).unref();
      return { kind: 'pass' };
    },
  })),
  {
    name: 'output closed',
    strike: (_request, { child }) => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      return { kind: 'pass' };
    },
  },
];

export const REQUEST_FAULTS: RequestFault[] = [...KILLS, ...MISHAPS, ...SIGNALS];

/** Faults at one operation on the disk, by the names that file-faults.ts knows. */
export const FILE_FAULTS = {
  'killed before it': 'kill-before',
  'killed in the middle': 'kill-half',
  'killed after it': 'kill-after',
  'disk full': 'full',
  'state folder read-only': 'read-only',
} as const;

export type FileFaultName = keyof typeof FILE_FAULTS;
