import type { RawObject } from '../../model/json.ts';
import { asObject, asText, asTexts } from '../../model/read-json.ts';
import { ApiError } from '../wire/api-error.ts';
import type { Wire } from '../wire/wire.ts';
import { findNode, patchNode } from './node.ts';

/** Writers of a busy Node come every few seconds; whoever wins this often writes without end. */
const MOST_TRIES = 20;

/** Exactly this Node, never another of its name. */
export interface NodeIdentity {
  node: string;
  uid: string;
}

/** The text of an annotation: `to` null takes it off; `from` undefined: whatever it was. */
export interface Replacement {
  key: string;
  from: string | undefined;
  to: string | null;
}

/**
 * `gone`: there is no such Node, or another of this name; `differs`: another text, or none, stands in one of them; `present`
 * are all annotations of the Node.
 */
export type Annotated =
  | { state: 'done' }
  | { state: 'gone' }
  | { state: 'differs'; present: Record<string, string | undefined> };

/**
 * Replaces the texts of annotations in one request, if each is `from` still, or `to` already. What else is written to the Node meanwhile does not matter, but each try is bound to the resourceVersion that was read: a
 * request that arrives late, when everything is over, changes nothing. Throws ApiError, WireError.
 */
export async function replaceAnnotations(
  wire: Wire,
  identity: NodeIdentity,
  replacements: Replacement[],
): Promise<Annotated> {
  let refused: { version: unknown; error: ApiError } | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const metadata = await metadataOf(wire, identity);
    if (!metadata) return { state: 'gone' };
    const present = asTexts(metadata.annotations);
    const open = replacements.filter(({ key, to }) => present[key] !== (to ?? undefined));
    if (open.length === 0) return { state: 'done' };
    if (open.some(({ key, from }) => from !== undefined && present[key] !== from)) return { state: 'differs', present };
    const version = asText(metadata.resourceVersion) ?? null;
    // Nobody wrote in between: it is the patch itself that is refused.
    if (refused && (refused.version === version || attempt > MOST_TRIES)) throw refused.error;
    try {
      const annotations = Object.fromEntries(open.map(({ key, to }) => [key, to]));
      const patch = { uid: identity.uid, resourceVersion: version, annotations };
      await patchNode(wire, identity.node, { metadata: patch });
      return { state: 'done' };
    } catch (error) {
      // 422: another Node of this name by now, or a refusal of the patch.
      if (!(error instanceof ApiError) || ![404, 409, 422].includes(error.status)) throw error;
      refused = { version, error };
    }
  }
}

/** Undefined when there is no such Node, or another of this name. */
async function metadataOf(wire: Wire, { node, uid }: NodeIdentity): Promise<RawObject | undefined> {
  const metadata = asObject((await findNode(wire, node))?.metadata);
  return metadata.uid === uid ? metadata : undefined;
}
