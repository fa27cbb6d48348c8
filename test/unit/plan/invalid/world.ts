import fc from 'fast-check';
import { SUBNET_CODES } from '../../../../src/checks/catalogue.ts';
import { codesByNode, runChecks } from '../../../../src/checks/run.ts';
import type { MovePlan } from '../../../../src/model/plan.ts';
import type { ClusterSurvey, SurveyNode } from '../../../../src/model/survey.ts';
import { blockAt, overlaps } from '../../../../src/subnet/block.ts';
import { readableBlocks } from '../../../../src/subnet/parse.ts';
import { node, survey } from '../support.ts';

export const UNATTESTED = { machinePaused: false };
export const ANY = { chosen: undefined, judgement: UNATTESTED };

export const CONTROL_PLANE = { labels: { 'node-role.kubernetes.io/control-plane': '' } };
/** Refused: it must not be deleted. */
export const HELD = { finalizers: ['example.com/held'] };

const BASE = 0x0a000000n;

/** A cluster with few subnets and many ways to get them wrong. */
export interface WorldOptions {
  /** Prefix length of 10.0.0.0/x; nodes have /30. */
  cluster: number;
  dual?: boolean;
}

/** Blocks in and just outside of the cluster CIDR, mostly of the right size. */
function v4(cluster: number): fc.Arbitrary<string> {
  const prefix = fc.oneof(
    { weight: 6, arbitrary: fc.constant(30) },
    { weight: 1, arbitrary: fc.integer({ min: 27, max: 32 }) },
  );
  return fc
    .tuple(fc.integer({ min: 0, max: 2 ** (32 - cluster) + 7 }), prefix)
    .map(([at, length]) => blockAt('IPv4', BASE + BigInt(at), length).text);
}

const v6 = fc
  .integer({ min: 0, max: 3 })
  .map((at) => blockAt('IPv6', (0xfd00n << 112n) + (BigInt(at) << 64n), 64).text);

function subnets({ cluster, dual }: WorldOptions): fc.Arbitrary<string[]> {
  const text = fc.oneof(
    { weight: 20, arbitrary: v4(cluster) },
    { weight: 1, arbitrary: fc.constantFrom('10.0.0.5/30', 'x', '010.0.0.0/30') },
  );
  const both = dual
    ? fc.oneof({ weight: 8, arbitrary: fc.tuple(text, v6) }, fc.tuple(text), fc.tuple(v6, text))
    : fc.tuple(text);
  return fc.oneof({ weight: 9, arbitrary: both.map((texts): string[] => [...texts]) }, fc.constant<string[]>([]));
}

/** Surveys of up to `most` nodes. */
export function worlds(options: WorldOptions, most: number): fc.Arbitrary<ClusterSurvey> {
  const one = fc.record({
    podCIDRs: subnets(options),
    kind: fc.oneof(
      { weight: 6, arbitrary: fc.constant({}) },
      fc.constant(CONTROL_PLANE),
      fc.constant(HELD),
      fc.constant({ deleting: true }),
    ),
    createdAt: fc.constantFrom(0, 1000, 999_000),
    address: fc.oneof({ weight: 8, arbitrary: fc.constant('192.168.0.1') }, fc.constant('10.0.0.2')),
  });
  return fc.array(one, { maxLength: most }).map((nodes) =>
    survey(
      nodes.map(({ podCIDRs, kind, createdAt, address }, index) =>
        node(`n${index}`, podCIDRs, { ...kind, createdAt, addresses: [{ type: 'InternalIP', address }] }),
      ),
      options.dual
        ? { clusterCIDRs: [`10.0.0.0/${options.cluster}`, 'fd00::/60'], masks: [30, 64], services: ['10.96.0.0/16'] }
        : { clusterCIDRs: [`10.0.0.0/${options.cluster}`], masks: [30], services: ['10.96.0.0/16'] },
    ),
  );
}

/** The survey after the plan. */
export function apply(before: ClusterSurvey, plan: MovePlan): ClusterSurvey {
  const moved = new Map(plan.moves.map(({ node: name, to }) => [name, to]));
  return {
    ...before,
    nodes: before.nodes.map((one) => {
      const to = moved.get(one.name);
      return to ? { ...one, podCIDR: to[0], podCIDRs: to } : one;
    }),
  };
}

/** Names of the nodes that `list` marks: their subnet is wrong. */
export function marked(given: ClusterSurvey): string[] {
  return [...codesByNode(runChecks(given, { codes: SUBNET_CODES })).keys()].sort();
}

/** True for nodes that must not be moved. */
export function isHeld({ finalizers, deleting, podCIDRs }: SurveyNode): boolean {
  return deleting || (finalizers.length > 0 && podCIDRs.length > 0);
}

/** True when two nodes share an address, however. */
export function clash(a: string[], b: string[]): boolean {
  return readableBlocks(a).some((x) => readableBlocks(b).some((y) => overlaps(x, y)));
}

/** True when `validate` marks the node although all others have no subnet. */
function isWrongAlone(given: ClusterSurvey, one: SurveyNode): boolean {
  const emptied = (other: SurveyNode) => ({ ...other, deleting: true, podCIDR: undefined, podCIDRs: [] });
  return marked({ ...given, nodes: given.nodes.map((other) => (other === one ? one : emptied(other))) }).length > 0;
}

/** The fewest nodes whose move leaves no movable node wrong, found by trying every set. */
export function fewest(given: ClusterSurvey): number {
  const { nodes } = given;
  const wrong = new Map(nodes.map((one) => [one, isWrongAlone(given, one)]));
  let least = nodes.length;
  for (let set = 0; set < 2 ** nodes.length; set += 1) {
    const moved = nodes.filter((_, index) => (set & (1 << index)) !== 0);
    if (moved.length >= least || moved.some(isHeld)) continue;
    const stay = nodes.filter((one) => !moved.includes(one));
    const ok = stay.every(
      (one) =>
        isHeld(one) || (!wrong.get(one) && !stay.some((other) => other !== one && clash(one.podCIDRs, other.podCIDRs))),
    );
    if (ok) least = moved.length;
  }
  return least;
}

/** How many of these nodes can get a subnet of the IPv4 pool one after another, found by trying every order and subnet. */
export function mostPlaced(given: ClusterSurvey, movers: string[], slots: string[]): number {
  const held = new Map(given.nodes.map(({ name, podCIDRs }) => [name, podCIDRs]));
  const addresses = given.nodes.flatMap((one) => one.addresses.map(({ address }) => `${address}/32`));
  const usable = slots.filter((slot) => !clash([slot], addresses));
  const seen = new Set<string>();
  let most = 0;
  const go = (waiting: string[]): void => {
    most = Math.max(most, movers.length - waiting.length);
    const state = JSON.stringify([waiting, ...held]);
    if (seen.has(state)) return;
    seen.add(state);
    for (const name of waiting) {
      const before = held.get(name) ?? [];
      for (const slot of usable) {
        if ([...held].some(([other, texts]) => other !== name && clash(texts, [slot]))) continue;
        held.set(name, [slot]);
        go(waiting.filter((other) => other !== name));
        held.set(name, before);
      }
    }
  };
  go(movers);
  return most;
}
