import type { Case, Recovery } from './case.ts';
import { FILE_FAULTS, type FileFaultName, KILLS, REQUEST_FAULTS } from './faults.ts';
import { type Point, pointName } from './points.ts';
import type { Strike } from './rig.ts';
import type { Scenario } from './scenario.ts';

const ELSEWHERE: Recovery[] = ['resume', 'rollback'];

/** What was written halfway on a disk matters only to who recovers on the same machine. */
const EVERYWHERE: Recovery[] = ['resume', 'rollback', 'resume here', 'rollback here'];

/** Every write × every fault × every recovery. */
export function allCases(scenario: Scenario, points: Point[]): Case[] {
  return points.flatMap((point) =>
    strikesAt(point).flatMap((strike) =>
      (point.kind === 'file' ? EVERYWHERE : ELSEWHERE).map((recovery) => ({ scenario, strike, recovery })),
    ),
  );
}

/** Every write × SIGKILL at each of its moments; the recoveries take turns, and each write meets both. */
export function killCases(scenario: Scenario, points: Point[]): Case[] {
  const requests = points
    .filter(({ kind }) => kind === 'request')
    .flatMap((point) => KILLS.map((fault): Strike => ({ point, fault })));
  const files = points
    .filter(({ kind }) => kind === 'file')
    .map(
      (point): Strike => ({ point, file: /^write /.test(point.what) ? 'killed in the middle' : 'killed before it' }),
    );
  return [
    ...requests.map((strike, index) => ({
      scenario,
      strike,
      recovery: turn(ELSEWHERE, index + Math.floor(index / 4)),
    })),
    ...files.map((strike, index) => ({ scenario, strike, recovery: turn(EVERYWHERE, index + Math.floor(index / 4)) })),
  ];
}

/** Every fault at the DELETE and the POST of a Node, with both recoveries. */
export function swapCases(scenario: Scenario, points: Point[]): Case[] {
  const swap = points.filter(({ what }) => /^DELETE \/api\/v1\/nodes\/|^POST \/api\/v1\/nodes$/.test(what));
  return allCases(scenario, swap);
}

/** For messages, and the same in every run: `reassign: SIGHUP at PATCH /api/v1/nodes/moves #1, resume`. */
export function caseName({ scenario, strike, recovery }: Case): string {
  return `${scenario.verb}: ${faultName(strike)} at ${pointName(strike.point)}, ${recovery}`;
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
  const half = point.what.startsWith('write ');
  return fileFaultNames()
    .filter((name) => half || name !== 'killed in the middle')
    .map((file) => ({ point, file }));
}

function fileFaultNames(): FileFaultName[] {
  return Object.keys(FILE_FAULTS) as FileFaultName[];
}

function turn<Value>(values: readonly Value[], index: number): Value {
  const value = values[index % values.length];
  if (value === undefined) throw new Error('nothing to take turns');
  return value;
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
