import type { Deed } from '../kube/access.ts';
import { discoverKinds } from '../kube/discovery.ts';
import { listOwnedByAny, type Owned } from '../kube/owned.ts';
import { sideBySide } from '../kube/side-by-side.ts';
import type { Wire } from '../kube/wire/wire.ts';
import { Failure } from '../model/failure.ts';
import type { Dependent, OperationChoices } from '../model/operation.ts';
import type { MovePlan } from '../model/plan.ts';
import { checkPermissions } from './permissions.ts';
import { checkCredentials } from './preflight/credentials.ts';
import { tryMove } from './preflight/dry-run.ts';
import type { Needs } from './preflight/needs.ts';
import { whyUntold } from './unlisted.ts';

/** What the run will do, as far as it decides about rights. */
export type PreflightChoices = Pick<OperationChoices, 'drain' | 'allocatorRestart' | 'ignoreUnlisted' | 'afterCare'>;

/** The plan without the moves that the server would refuse, and what the operator should know: a line each. */
export interface Preflight {
  plan: MovePlan;
  notes: string[];
  /** What the run wants to do and may not. */
  lacking: Deed[];
  /** What the Nodes own. */
  dependents: Dependent[];
  /** The kinds that are not searched for that, as asked, and told in the notes. */
  unlisted: string[];
}

/**
 * All that can be found out before anything is written: the credentials last, the rights are there, everything that the Nodes
 * own is found, and the server would take each DELETE and POST. Nothing is written: reads, SelfSubjectAccessReviews and
 * dryRun=All alone. `now`: the server's time, in milliseconds since the epoch. `begun`: what an earlier run has begun, and this one
 * goes on with.
 * Throws Failure for what concerns all moves, ApiError, WireError.
 */
export async function preflight(
  wire: Wire,
  plan: MovePlan,
  choices: PreflightChoices,
  now: number,
  begun: Pick<Needs, 'methods' | 'dependents'> = { methods: [], dependents: [] },
): Promise<Preflight> {
  checkCredentials(await wire.credentialsEnd(), now);
  const owned = await searchOwned(wire, plan);
  const { notes, lacking } = await checkPermissions(wire, {
    methods: [...new Set([...plan.moves.map(({ method }) => method), ...begun.methods])],
    drain: choices.drain,
    allocatorRestart: choices.allocatorRestart,
    afterCare: choices.afterCare === 'auto' && plan.moves.some(({ from, to }) => from.join(',') !== to.join(',')),
    dependents: [...owned.dependents, ...begun.dependents],
  });
  if (!choices.ignoreUnlisted) refuseUnlisted(owned);
  notes.push(
    ...owned.unlisted.map(({ what, why }) => `not searched for what the Nodes own, as asked: ${what}: ${why}`),
  );
  const checked: MovePlan = { ...plan, moves: [], refused: [...plan.refused] };
  const trials = await sideBySide(plan.moves, async (move) => ({ move, trial: await tryMove(wire, move) }));
  for (const { move, trial } of trials) {
    notes.push(...trial.notes);
    if (trial.refused === undefined) checked.moves.push(move);
    else checked.refused.push({ node: move.node, reason: trial.refused });
  }
  return {
    plan: checked,
    notes,
    lacking,
    dependents: owned.dependents,
    unlisted: owned.unlisted.map(({ what }) => what),
  };
}

/** What all the Nodes own that are going to be deleted, found in one search. */
async function searchOwned(wire: Wire, { moves }: MovePlan): Promise<Owned> {
  const uids = moves.filter(({ method }) => method === 'recreate' || method === 'reset').map(({ uid }) => uid);
  if (uids.length === 0) return { dependents: [], unlisted: [] };
  return listOwnedByAny(wire, await discoverKinds(wire), new Set(uids));
}

function refuseUnlisted({ unlisted }: Owned): void {
  const why = whyUntold(unlisted);
  if (why === undefined) return;
  throw new Failure(`what the Nodes own cannot be told: ${why}; nothing was changed`, {
    hint: 'objects that a Node owns would be deleted with it; use --ignore-unlisted if there are none of these kinds',
  });
}
