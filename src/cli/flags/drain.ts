import type { DrainOptions } from '../../model/drain.ts';
import { goDuration } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import { quote } from '../../model/quote.ts';
import type { Arguments } from '../arguments.ts';
import type { Flags } from './flag.ts';

/** Longest wait for one node when --timeout is not given. */
const TIMEOUT = '5m';

/** kubectl drain's flags, by its names and in its words (kubectl pkg/cmd/drain/drain.go:NewCmdDrain). */
export const DRAIN_FLAGS: Flags = {
  drain: {
    type: 'bool',
    help: 'cordon each node and evict its pods on the pod network before it moves (default true)',
  },
  'delete-emptydir-data': {
    type: 'bool',
    help: 'drain even if there are pods using emptyDir (local data that will be deleted when the node is drained)',
  },
  'ignore-daemonsets': {
    type: 'bool',
    help: 'ignore DaemonSet-managed pods; they keep their old addresses until they are deleted, as --after-care=auto does afterwards',
  },
  force: { type: 'bool', help: 'drain even if there are pods that do not declare a controller' },
  'disable-eviction': {
    type: 'bool',
    help: 'force drain to use delete, even if eviction is supported; this bypasses checking PodDisruptionBudgets, use with caution',
  },
  'grace-period': {
    type: 'text',
    value: 'SECONDS',
    help: 'time given to each pod to terminate gracefully; if negative, the default value specified in the pod is used (default -1)',
  },
  timeout: {
    type: 'text',
    value: 'DURATION',
    help: `longest wait for the pods of one node to go, for example 90s; unlike kubectl drain's it always ends (default ${TIMEOUT})`,
  },
  'pod-selector': { type: 'text', value: 'SELECTOR', help: 'label selector to filter pods on the node' },
  'skip-wait-for-delete-timeout': {
    type: 'text',
    value: 'SECONDS',
    help: 'do not wait for pods whose DeletionTimestamp is older than this; 0 waits for all (default 0)',
  },
};

const DEFAULTS: DrainOptions = {
  deleteEmptydirData: false,
  ignoreDaemonsets: false,
  force: false,
  disableEviction: false,
  gracePeriod: -1,
  timeout: timeout(TIMEOUT),
  podSelector: '',
  skipWaitForDeleteTimeout: 0,
};

/** How nodes are drained; undefined with --drain=false. Throws Failure for a value that cannot be read. */
export function drainFlags(args: Arguments): DrainOptions | undefined {
  return drainChanges(args)(DEFAULTS);
}

/**
 * What the flags make of the way in which an operation was begun (undefined: not drained): what is not given stays. Throws Failure
 * for a value that cannot be read.
 */
export function drainChanges(args: Arguments): (former: DrainOptions | undefined) => DrainOptions | undefined {
  const text = args.text('timeout');
  const given: { [Name in keyof DrainOptions]: DrainOptions[Name] | undefined } = {
    deleteEmptydirData: args.bool('delete-emptydir-data'),
    ignoreDaemonsets: args.bool('ignore-daemonsets'),
    force: args.bool('force'),
    disableEviction: args.bool('disable-eviction'),
    gracePeriod: seconds(args, 'grace-period', -1),
    timeout: text === undefined ? undefined : timeout(text),
    podSelector: args.text('pod-selector'),
    skipWaitForDeleteTimeout: seconds(args, 'skip-wait-for-delete-timeout', 0),
  };
  const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return (former) =>
    (args.bool('drain') ?? former !== undefined) ? { ...DEFAULTS, ...former, ...changes } : undefined;
}

function timeout(text: string): number {
  const ms = goDuration(text);
  if (ms === undefined) throw new Failure(`--timeout ${quote(text)} is no duration; write it like 90s, 5m or 1h30m`);
  if (ms <= 0) throw new Failure(`--timeout ${quote(text)} would never end; give a time such as ${TIMEOUT}`);
  return ms;
}

/** Undefined when it is not given. */
function seconds(args: Arguments, name: string, least: number): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new Failure(`--${name} ${quote(text)} is no whole number of seconds`);
  return Math.max(value, least);
}
