import type { CredentialsEnd } from '../../kube/wire/wire.ts';
import { Failure } from '../../model/failure.ts';

/** Nobody can log in anew while a Node is absent, so credentials must last for longer than a move takes, in milliseconds. */
const LONG_ENOUGH = 10 * 60_000;

/**
 * Throws Failure when the credentials end within 10 minutes. `now`: the server's time, which decides, in milliseconds since the
 * epoch.
 */
export function checkCredentials(end: CredentialsEnd | undefined, now: number): void {
  if (!end || end.at - now >= LONG_ENOUGH) return;
  const minutes = Math.max(0, Math.floor((end.at - now) / 60_000));
  const at = new Date(end.at).toISOString().replace(/\.\d+Z$/, 'Z');
  throw new Failure(
    `${end.what} expires at ${at}, in ${minutes} min: it must be good for 10 minutes; nothing was changed`,
    { hint: 'renew it first, or name other credentials with --user, --context or --token' },
  );
}
