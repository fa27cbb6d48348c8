import { ApiError } from '../kube/wire/api-error.ts';
import type { Reading } from '../model/reading.ts';

/** A reading; what the server refuses (RBAC, a missing object) is a reason. Throws Failure, WireError. */
export async function allowed<T>(what: string, source: string, read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { known: true, value: await read(), source };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { known: false, reason: `${what} cannot be read: ${error.message}` };
  }
}
