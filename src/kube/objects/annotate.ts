import { asObject, asText } from '../../model/read-json.ts';
import { ApiError } from '../wire/api-error.ts';
import { requestJSON } from '../wire/json.ts';
import type { Wire, WireRequest } from '../wire/wire.ts';
import { FIELD_MANAGER, getNode, nodePath, patchNode } from './node.ts';

/** Exactly this Node, never another of its name. */
export interface NodeIdentity {
  node: string;
  uid: string;
}

/** `gone`: there is no such Node, or another of this name; `differs`: another text, or none, stands there. */
export type Annotated = { state: 'done' } | { state: 'gone' } | { state: 'differs'; present: string | undefined };

/**
 * Replaces the text of an annotation (`to` null takes it off), if it is `from` still: whatever else is written to the Node
 * meanwhile does not matter. Throws ApiError, WireError.
 */
export async function replaceAnnotation(
  wire: Wire,
  { node, uid }: NodeIdentity,
  key: string,
  { from, to }: { from: string; to: string | null },
): Promise<Annotated> {
  const path = `/metadata/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const request: WireRequest = {
    method: 'PATCH',
    path: nodePath(node),
    query: { fieldManager: FIELD_MANAGER },
    contentType: 'application/json-patch+json',
    body: JSON.stringify([
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'test', path, value: from },
      to === null ? { op: 'remove', path } : { op: 'replace', path, value: to },
    ]),
  };
  try {
    await requestJSON(wire, request);
    return { state: 'done' };
  } catch (error) {
    // A failed test is 422, but so is a refusal of the patch itself.
    if (!(error instanceof ApiError) || ![404, 409, 422].includes(error.status)) throw error;
    const present = await presentAnnotation(wire, { node, uid }, key);
    if (present === 'gone') return { state: 'gone' };
    if (present.text === from) throw error;
    return { state: 'differs', present: present.text };
  }
}

/** Sets an annotation, whatever it was. Throws ApiError, WireError. */
export async function setAnnotation(
  wire: Wire,
  { node, uid }: NodeIdentity,
  key: string,
  value: string,
): Promise<'done' | 'gone'> {
  try {
    await patchNode(wire, node, { metadata: { uid, annotations: { [key]: value } } });
    return 'done';
  } catch (error) {
    if (!(error instanceof ApiError) || ![404, 409, 422].includes(error.status)) throw error;
    if ((await presentAnnotation(wire, { node, uid }, key)) === 'gone') return 'gone';
    throw error;
  }
}

async function presentAnnotation(
  wire: Wire,
  { node, uid }: NodeIdentity,
  key: string,
): Promise<'gone' | { text: string | undefined }> {
  try {
    const metadata = asObject((await getNode(wire, node)).metadata);
    return metadata.uid === uid ? { text: asText(asObject(metadata.annotations)[key]) } : 'gone';
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return 'gone';
    throw error;
  }
}
