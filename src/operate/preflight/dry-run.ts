import { tryCreation, tryDeletion } from '../../kube/objects/node.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { RawObject } from '../../model/json.ts';
import type { Move } from '../../model/plan.ts';
import { asObject } from '../../model/read-json.ts';
import { postBody } from '../../plan/body.ts';

/** What the server said to a move by dry run. `refused`: it would not go through; `notes`: what could not be tried. */
export interface Trial {
  refused: string | undefined;
  notes: string[];
}

/** Marks the name that the trial of the POST uses: under its own the Node is still there (409 AlreadyExists). */
const SUFFIX = '-podcidr-dry-run';

/** The longest name of an object (RFC 1123 subdomain). */
const LONGEST = 253;

/**
 * Lets the server try what the move will do to the Node: DELETE, then POST of the new body under another name, both with
 * dryRun=All. Webhooks and policies have their say, nothing is stored. A webhook that declares side effects is not asked by the
 * server, which answers 400 instead (apiserver webhook/…/dispatcher.go: NewDryRunUnsupportedErr): said, and no refusal.
 * Throws WireError, and ApiError for what says nothing about the move (401, 429).
 */
export async function tryMove(wire: Wire, move: Move): Promise<Trial> {
  const { node, uid, method, from, to, raw } = move;
  if (method === 'patch') return { refused: undefined, notes: [] };
  const body = postBody(raw, { from, to, operation: 'dry-run' });
  const trials: [what: string, attempt: () => Promise<void>][] = [['POST', () => tryPost(wire, body, node)]];
  if (method !== 'create') trials.unshift(['DELETE', () => tryDeletion(wire, node, uid)]);
  const notes: string[] = [];
  for (const [what, attempt] of trials) {
    const answer = await answerTo(attempt);
    if (answer === undefined) continue;
    if (!isUnsupported(answer))
      return { refused: `the server refuses its ${what} (tried by dry run): ${answer.message}`, notes };
    notes.push(`whether the server takes the ${what} of ${node} could not be tried: ${answer.message}`);
  }
  return { refused: undefined, notes };
}

/** Lets the server try the POST of a Node that is still there. Throws ApiError, WireError. */
export async function tryPost(wire: Wire, body: RawObject, node: string): Promise<void> {
  await tryCreation(wire, underAnotherName(body, node));
}

async function answerTo(attempt: () => Promise<void>): Promise<ApiError | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof ApiError && ![401, 429].includes(error.status)) return error;
    throw error;
  }
}

/** True for the server's own refusal to ask a webhook (admission/plugin/webhook/errors: "does not support dry run"), of all 400s. */
export function isUnsupported({ status, message }: ApiError): boolean {
  return status === 400 && message.includes('dry run');
}

function underAnotherName(body: RawObject, node: string): RawObject {
  const name = `${node.slice(0, LONGEST - SUFFIX.length).replace(/[.-]+$/, '')}${SUFFIX}`;
  return { ...body, metadata: { ...asObject(body.metadata), name } };
}
