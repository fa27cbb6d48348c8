import type { JsonObject, RawObject } from '../model/json.ts';
import type { Dependent } from '../model/operation.ts';
import { asObject } from '../model/read-json.ts';
import { ApiError } from './wire/api-error.ts';
import { requestJSON } from './wire/json.ts';
import type { Wire } from './wire/wire.ts';

/**
 * Takes the Node's reference out of a dependent, so that the garbage collector does not follow the Node's deletion. The
 * patch tests both uids: it never touches another object or another reference. Gone or already detached: nothing to do.
 */
export async function detach(wire: Wire, { path, uid, ownerReference }: Dependent): Promise<void> {
  await editReferences(wire, path, uid, (references) => {
    const index = references.findIndex((reference) => reference.uid === ownerReference.uid);
    if (index < 0) return undefined;
    return [
      { op: 'test', path: `/metadata/ownerReferences/${index}/uid`, value: ownerReference.uid ?? null },
      { op: 'remove', path: `/metadata/ownerReferences/${index}` },
    ];
  });
}

/** Gives a dependent its reference back, with the Node's new uid. Returns false when the dependent is gone. */
export async function adopt(wire: Wire, { path, uid, ownerReference }: Dependent, nodeUID: string): Promise<boolean> {
  return editReferences(wire, path, uid, (references, present) => {
    if (references.some((reference) => reference.uid === nodeUID)) return undefined;
    const value = { ...ownerReference, uid: nodeUID };
    return present
      ? [{ op: 'add', path: '/metadata/ownerReferences/-', value }]
      : [{ op: 'add', path: '/metadata/ownerReferences', value: [value] }];
  });
}

/** Written and taken away again: it moves the object's resourceVersion, nothing else. */
const TOUCHED = 'kubectl-podcidr/touched';

/**
 * Moves a dependent's resourceVersion, so that a patch of an earlier run that is still on its way fails its test. Gone, or
 * another object by now: nothing to do. Throws ApiError, WireError.
 */
export async function touchDependent(wire: Wire, { path, uid }: Dependent): Promise<void> {
  for (const value of ['yes', null]) {
    const body = JSON.stringify({ metadata: { uid, annotations: { [TOUCHED]: value } } });
    try {
      await requestJSON(wire, { method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
    } catch (error) {
      if (!(error instanceof ApiError) || ![404, 409, 422].includes(error.status)) throw error;
      return;
    }
  }
}

/** JSON patch of ownerReferences, tried again when the object moved in between. Returns false when the object is gone. */
async function editReferences(
  wire: Wire,
  path: string,
  uid: string,
  edit: (references: RawObject[], present: boolean) => JsonObject[] | undefined,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const metadata = asObject((await requestJSON(wire, { method: 'GET', path })).body.metadata);
      if (metadata.uid !== uid) return false;
      const present = Array.isArray(metadata.ownerReferences);
      const operations = edit(
        Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences.map(asObject) : [],
        present,
      );
      if (!operations) return true;
      const test = [
        { op: 'test', path: '/metadata/uid', value: uid },
        { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion ?? null },
      ];
      const body = JSON.stringify([...test, ...operations]);
      await requestJSON(wire, { method: 'PATCH', path, contentType: 'application/json-patch+json', body });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) return false;
      // A failed test of a JSON patch is 422, a write in between 409: read again.
      if (attempt >= 10 || (error.status !== 409 && error.status !== 422)) throw error;
    }
  }
}
