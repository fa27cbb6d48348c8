import { ApiError } from '../../../kube/wire/api-error.ts';
import { Failure } from '../../../model/failure.ts';
import type { OperationRecord } from '../../../model/operation.ts';
import { persist } from '../../persist.ts';
import { checkCredentials } from '../../preflight/credentials.ts';
import { isUnsupported, tryPost } from '../../preflight/dry-run.ts';
import type { Work } from '../../work.ts';

/**
 * What was looked at before the operation began, and may have changed during the drains and moves since: credentials that end while
 * the Node is absent, a webhook or policy that would not let it come back. The POST is tried by dry run, so nothing is stored.
 * Throws Failure when the Node must not be deleted now; ApiError, WireError.
 */
export async function lastLook({ node, body }: OperationRecord, work: Work): Promise<void> {
  checkCredentials(await work.wire.credentialsEnd(), work.lock.serverNow);
  try {
    await persist(work, () => tryPost(work.wire, body, node));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isUnsupported(error)) return;
    throw new Failure(`the server would not take its POST now (tried by dry run): ${error.message}`);
  }
}
