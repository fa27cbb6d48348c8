import { Buffer } from 'node:buffer';
import { X509Certificate } from 'node:crypto';
import type { Json } from '../../model/json.ts';
import { asObject } from '../../model/read-json.ts';
import type { Credentials } from '../wire/endpoint.ts';
import type { CredentialsEnd } from '../wire/wire.ts';

/** When these credentials end, the earlier of both; undefined when neither tells, as an opaque token does not. */
export function credentialsEnd({ authorization, cert }: Credentials): CredentialsEnd | undefined {
  const ends = [tokenEnd(authorization ?? ''), certificateEnd(cert)].filter((end) => end !== undefined);
  return ends.sort((one, other) => one.at - other.at)[0];
}

/** By the claim exp of a JSON Web Token, in seconds since the epoch (RFC 7519, 4.1.4). */
function tokenEnd(authorization: string): CredentialsEnd | undefined {
  const [, payload] = /^Bearer [\w-]+\.([\w-]+)\.[\w-]*$/.exec(authorization) ?? [];
  if (payload === undefined) return undefined;
  try {
    const claims: Json = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const { exp } = asObject(claims);
    return typeof exp === 'number' ? { what: 'the token', at: exp * 1000 } : undefined;
  } catch {
    return undefined;
  }
}

/** By notAfter of the first certificate, the user's own. */
function certificateEnd(cert: string | undefined): CredentialsEnd | undefined {
  if (cert === undefined) return undefined;
  try {
    return { what: 'the client certificate', at: Date.parse(new X509Certificate(cert).validTo) };
  } catch {
    // The first request tells what is wrong with it.
    return undefined;
  }
}
