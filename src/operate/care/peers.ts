import { careFor } from '../../cni/care/catalogue.ts';
import { listCNIPods } from '../../host/cni-pods.ts';
import { findNode } from '../../kube/objects/node.ts';
import { sideBySide } from '../../kube/side-by-side.ts';
import type { Block } from '../../model/cidr.ts';
import type { LeftToDo } from '../../model/left-to-do.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { count } from '../../model/text.ts';
import { coversAll, routedMoves } from '../../plan/care/routed-moves.ts';
import { type RouteTarget, routeTarget, type WantedRoute, wantedRoutes } from '../../plan/care/routes.ts';
import { overlaps } from '../../subnet/block.ts';
import { readableBlocks } from '../../subnet/parse.ts';
import { persist } from '../persist.ts';
import type { Work } from '../work.ts';
import { askPeers, removeAbandoned, type Sought } from './ask-peers.ts';
import { type PeerPods, peerPods, silentLeft } from './peer-pods.ts';
import { restartPeers } from './restart-peers.ts';
import { reasonOf } from './step.ts';

/** From so many on the operator is told that they are looked at. */
const MANY = 20;

/**
 * What became of the routes. `seen`: every node that has a pod of the CNI has them, to all that were moved; `left`: that was not
 * seen, and the lines say what is left to the operator; `lacking`: they name a node, too, that has none though its CNI was
 * restarted; `stopped`: the operator wanted to stop before, a later run goes on.
 */
export interface PeersOutcome {
  state: 'not needed' | 'seen' | 'left' | 'lacking' | 'stopped';
  left: LeftToDo[];
}

/**
 * Sees to it, once after all moves of an operation, that every other node has its routes to the moved nodes and to those that
 * keep a subnet which was given up: peers lose the route of such a survivor with the deleted Node, and one that missed an event
 * keeps an old one for ever (kube.go:handleUpdateLeaseEvent looks at annotations alone). Where a route lacks after
 * `waits.peerRoutes` the CNI is restarted. May be run again. Never throws for what a server or a node does.
 */
export async function settlePeers(records: OperationRecord[], work: Work): Promise<PeersOutcome> {
  const moved = routedMoves(records);
  if (moved.length === 0) return { state: 'not needed', left: [] };
  if (work.stopping()) return { state: 'stopped', left: [] };
  work.progress({ kind: 'wait', wait: 'peers' });
  try {
    const sought = await whatIsSought(moved, work);
    if (sought.wanted.length === 0) return { state: 'left', left: [UNROUTED] };
    const pods = await persist(work, () => listCNIPods(work.wire));
    const settled = await settle(peerPods(pods, sought.cni), sought, work);
    // Nobody was asked for those that were left out, and what they need is told with their own care.
    return settled.state === 'seen' && !coversAll(records, sought.wanted) ? { ...settled, state: 'left' } : settled;
  } catch (error) {
    return { state: 'left', left: [unasked(reasonOf(error, work))] };
  }
}

function unasked(why: string): LeftToDo {
  return { what: `look whether the other nodes have their routes: ${why}`, commands: [] };
}

const UNROUTED: LeftToDo = {
  what: "look whether the other nodes reach the moved ones: this CNI's backend gives them no routes to be looked at",
  commands: [],
};

async function settle({ asked: peers, silent }: PeerPods, sought: Sought, work: Work): Promise<PeersOutcome> {
  if (peers.length + silent.length === 0) return { state: 'left', left: [unasked(`no pod of ${sought.cni} is there`)] };
  if (peers.length >= MANY) work.tell(`Looking at the routes of ${count(peers.length, 'node')}`);
  const { clock, waits } = work;
  const end = clock.monotonic() + waits.peerRoutes;
  let seen = await askPeers(peers, sought, work);
  const unheard = [...silent];
  for (;;) {
    unheard.push(...seen.flatMap(({ peer: { node }, why }) => (why === undefined ? [] : { node, why })));
    seen = seen.filter(({ lacks, stale }) => lacks.length + stale.length > 0);
    if (seen.length === 0 || clock.monotonic() >= end) break;
    if (work.stopping()) return { state: 'stopped', left: [] };
    await clock.sleep(waits.nodePoll);
    seen = await askPeers(
      seen.map(({ peer }) => peer),
      sought,
      work,
    );
  }
  await removeAbandoned(seen, work);
  const { lacking, restarted } = await restartPeers(
    seen.filter(({ lacks }) => lacks.length > 0),
    sought,
    work,
  );
  const left = [
    ...lacking.map(({ peer, lacks }) => ({
      what: `${peer.node} has no route to ${holders(lacks).join(', ')}: see why`,
      commands: [`kubectl logs -n ${peer.namespace} ${peer.name} -c ${peer.container}`],
    })),
    ...silentLeft(unheard),
  ];
  if (lacking.length > 0 && restarted) return { state: 'lacking', left };
  return { state: left.length > 0 ? 'left' : 'seen', left };
}

function holders(lacks: WantedRoute[]): string[] {
  return [...new Set(lacks.flatMap((wanted) => wanted.holders.map(({ node }) => node)))];
}

async function whatIsSought(moved: OperationRecord[], work: Work): Promise<Sought> {
  const agents = moved.flatMap(({ care }) => care?.agents ?? []);
  const cni = agents.find((agent) => careFor(agent.cni)?.routes)?.cni ?? '';
  const subnets = new Map([...(await work.watch.subnets())].map(([name, texts]) => [name, readableBlocks(texts)]));
  const names = new Set(moved.flatMap(({ node, survivors }) => [node, ...survivors.map((survivor) => survivor.node)]));
  const targets = await targetsOf([...names], cni, work);
  const others = await targetsOf(sharers(names, subnets), cni, work);
  const held = [...subnets.values()].flat();
  const former = readableBlocks(moved.flatMap(({ from }) => from));
  return {
    cni,
    wanted: wantedRoutes(targets, [...targets, ...others]),
    abandoned: former.filter((block) => !held.some((one) => overlaps(one, block))),
    addresses: targets.flatMap(({ addresses }) => addresses),
    subnets,
  };
}

async function targetsOf(names: string[], cni: string, work: Work): Promise<RouteTarget[]> {
  const nodes = await sideBySide(names, (name) => persist(work, () => findNode(work.wire, name)));
  return nodes.flatMap((node) => (node ? (routeTarget(node, cni) ?? []) : []));
}

/** Other nodes that have a part of these nodes' subnets: who gave one back although another node holds it allowed that. */
function sharers(names: Set<string>, subnets: ReadonlyMap<string, Block[]>): string[] {
  const theirs = [...names].flatMap((name) => subnets.get(name) ?? []);
  const shares = (block: Block) => theirs.some((one) => overlaps(one, block));
  return [...subnets].flatMap(([name, blocks]) => (!names.has(name) && blocks.some(shares) ? [name] : []));
}
