import type { Case, Recovery } from './case.ts';
import { FILE_FAULTS, type FileFaultName, KILLED, KILLS, REQUEST_FAULTS } from './faults.ts';
import { type Point, pointName } from './points.ts';
import type { Strike } from './rig.ts';
import type { Scenario } from './scenario.ts';

const ELSEWHERE: Recovery[] = ['resume', 'rollback'];

const HERE: Recovery[] = ['resume here', 'rollback here'];

const EVERYWHERE: Recovery[] = [...ELSEWHERE, ...HERE];

/** Every write × every fault × every recovery. */
export function allCases(scenario: Scenario, points: Point[]): Case[] {
  return points.flatMap((point) => casesAt(scenario, point));
}

/** Every fault × every recovery at a write, in the same order always, but for cases which are others by another name. */
export function casesAt(scenario: Scenario, point: Point): Case[] {
  return attemptsAt(point).map((attempt) => ({ scenario, ...attempt }));
}

/** Name of the fault of each case at a write of this name, in the order of `casesAt`. */
export function faultsAt(kind: Point['kind'], name: string): string[] {
  return attemptsAt({ kind, what: name, nth: 1, position: 1 }).map(({ strike }) => faultName(strike));
}

function attemptsAt(point: Point): Omit<Case, 'scenario'>[] {
  return strikesAt(point).flatMap((strike) => recoveriesFrom(strike).map((recovery) => ({ strike, recovery })));
}

/**
 * What stands on the disk matters only to who recovers on the same machine: to anybody else the program was killed before its next
 * request, which is a case of its own.
 */
function recoveriesFrom(strike: Strike): Recovery[] {
  if (!('file' in strike)) return ELSEWHERE;
  return strike.file.startsWith('killed') ? HERE : EVERYWHERE;
}

/** A write that is half done, or done and not yet under its name. */
const FILE_KILLS: [pattern: RegExp, fault: FileFaultName][] = [
  [/^write /, 'killed in the middle'],
  [/^rename /, 'killed before it'],
];

/**
 * Every write × SIGKILL, in a time that the test suite has: of each write one moment, and one recovery; both take turns. All
 * moments and recoveries of each are in `casesAt`.
 */
export function killCases(scenario: Scenario, points: Point[]): Case[] {
  const requests = points
    .filter(({ kind }) => kind === 'request')
    .map((point, index): Strike => ({ point, fault: KILLS[index % KILLS.length] ?? KILLED }));
  const files = points
    .filter(({ kind }) => kind === 'file')
    .flatMap((point): Strike[] => {
      const [, file] = FILE_KILLS.find(([pattern]) => pattern.test(point.what)) ?? [];
      return file === undefined ? [] : [{ point, file }];
    })
    .filter((_, index) => (index + Math.floor(index / 2)) % 2 === 0);
  return [
    ...inTurn(ELSEWHERE, requests).map(([strike, recovery]) => ({ scenario, strike, recovery })),
    ...inTurn(EVERYWHERE, files).map(([strike, recovery]) => ({ scenario, strike, recovery })),
  ];
}

/**
 * Every fault at the first DELETE and the first POST of a Node, or at the PATCH that gives an empty one its subnet; the recoveries
 * take turns.
 */
export function swapCases(scenario: Scenario, points: Point[]): Case[] {
  const first = (pattern: RegExp) => points.find(({ what }) => pattern.test(what)) ?? [];
  const swap = [/^DELETE \/api\/v1\/nodes\//, /^POST \/api\/v1\/nodes$/].flatMap(first);
  const given = swap.length > 0 ? swap : [/^PATCH \/api\/v1\/nodes\//].flatMap(first);
  return inTurn(ELSEWHERE, given.flatMap(strikesAt)).map(([strike, recovery]) => ({ scenario, strike, recovery }));
}

/** For messages, and the same in every run: `reassign: SIGHUP at PATCH /api/v1/nodes/moves #1, resume`. */
export function caseName(one: Case): string {
  return `${strikeName(one)}, ${one.recovery}`;
}

/** The case without its recovery. */
export function strikeName({ scenario, strike }: Case): string {
  return `${scenario.verb}: ${faultName(strike)} at ${pointName(strike.point)}`;
}

/** As in the table. */
export function faultName(strike: Strike): string {
  return 'file' in strike ? `${strike.file} (disk)` : strike.fault.name;
}

/** Names of all faults, in the order of the table. */
export function faultNames(): string[] {
  return [...REQUEST_FAULTS.map(({ name }) => name), ...fileFaultNames().map((name) => `${name} (disk)`)];
}

/** The same cases in an order that a seed decides. */
export function shuffled<Value>(values: Value[], seed: number): Value[] {
  const random = mulberry32(seed);
  const order = [...values];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [order[last], order[other]];
    if (a === undefined || b === undefined) continue;
    order[last] = b;
    order[other] = a;
  }
  return order;
}

function strikesAt(point: Point): Strike[] {
  if (point.kind === 'request') return REQUEST_FAULTS.map((fault) => ({ point, fault }));
  return fileFaultNames()
    .filter((name) => ONLY_AT[name]?.test(point.what) ?? true)
    .map((file) => ({ point, file }));
}

/** A file is opened, written, synced, renamed, its folder synced: killed after one of these is killed before the next. */
const ONLY_AT: Partial<Record<FileFaultName, RegExp>> = {
  'killed in the middle': /^write /,
  'killed after it': /^(mkdir|sync folder of) /,
};

function fileFaultNames(): FileFaultName[] {
  return Object.keys(FILE_FAULTS) as FileFaultName[];
}

/** The recoveries take turns, and shift by one after each round: what comes at even places meets all of them. */
function inTurn(recoveries: Recovery[], strikes: Strike[]): [Strike, Recovery][] {
  const { length } = recoveries;
  return strikes.map((strike, index) => [
    strike,
    recoveries[(index + Math.floor(index / length)) % length] ?? 'resume',
  ]);
}

/** A small generator of numbers from 0 to 1 that the seed decides. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
