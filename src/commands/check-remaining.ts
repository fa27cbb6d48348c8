import type { Wire } from '../kube/wire/wire.ts';
import { Failure } from '../model/failure.ts';
import type { OperationChoices, OperationManifest } from '../model/operation.ts';
import type { MovePlan } from '../model/plan.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import type { Resumption } from '../operate/operation.ts';
import { preflight } from '../operate/preflight.ts';
import type { Remaining } from '../operate/remaining.ts';
import { refusal } from '../plan/refusals/refusals.ts';
import { escapeLine } from '../render/escape.ts';
import { readSurroundings } from '../survey/surroundings.ts';
import type { Context } from './context.ts';

/**
 * Looks at what is left of an operation as `reassign` looks at a plan: the rights and the credentials, what speaks against deleting
 * each Node, and what the server says by dry run. While a Node is absent nothing of this holds it back: what would have ended the
 * command is a warning then, and only the other Nodes are held. Nothing is written.
 * Throws Failure for what concerns all moves and when all of them are held, ApiError, WireError.
 */
export async function checkRemaining(
  { streams }: Pick<Context, 'streams'>,
  wire: Wire,
  manifest: OperationManifest,
  remaining: Remaining,
  survey: ClusterSurvey,
): Promise<Resumption> {
  const { clusterUID, settings, choices } = manifest;
  const { deletes, absent, left, methods, detached } = remaining;
  const warn = (text: string) => streams.err(`Warning: ${escapeLine(text)}\n`);
  const plan: MovePlan = { clusterUID, settings, moves: deletes, refused: [], unchanged: [] };
  try {
    const checked = await preflight(wire, plan, choices, survey.now, { methods, dependents: detached });
    for (const note of checked.notes) warn(note);
    const reasons = new Map(
      [...checked.plan.refused, ...(await refusals(wire, remaining, choices, survey))].map(asPair),
    );
    const [first, ...others] = reasons;
    if (first && reasons.size === left) {
      const more = others.length > 0 ? ` (and ${others.length} more)` : '';
      throw new Failure(`node ${first[0]} is not moved: ${first[1]}${more}; nothing was changed`);
    }
    for (const [node, reason] of reasons) warn(`node ${node} will not be moved: ${reason}`);
    const held = new Map([...reasons].map(([node, reason]) => [node, new Failure(reason)]));
    return { held, manifest: { ...manifest, choices: knowing(choices, checked.unlisted) } };
  } catch (error) {
    if (!(error instanceof Error) || (absent.length === 0 && deletes.length > 0)) throw error;
    const hint = error instanceof Failure ? error.hint : undefined;
    warn(hint === undefined ? error.message : `${error.message}; ${hint}`);
    return { held: new Map(deletes.map(({ node }) => [node, new Failure(error.message)])), manifest };
  }
}

/** Of an older manifest nobody knows what its operator was told. */
function knowing(choices: OperationChoices, unlisted: string[]): OperationChoices {
  if (choices.unlisted === undefined) return choices;
  return { ...choices, unlisted: [...new Set([...choices.unlisted, ...unlisted])] };
}

async function refusals(
  wire: Wire,
  { deletes }: Remaining,
  { attested }: OperationManifest['choices'],
  survey: ClusterSurvey,
): Promise<MovePlan['refused']> {
  if (deletes.length === 0) return [];
  const judgement = { machinePaused: false, ...attested, surroundings: await readSurroundings(wire, survey) };
  return survey.nodes.flatMap((node) => {
    const reason = deletes.some((move) => move.node === node.name) ? refusal(node, judgement) : undefined;
    return reason === undefined ? [] : [{ node: node.name, reason }];
  });
}

function asPair({ node, reason }: MovePlan['refused'][number]): [string, string] {
  return [node, reason];
}
