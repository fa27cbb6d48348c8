import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { Failure } from '../../model/failure.ts';
import { escapeLine } from '../../render/escape.ts';
import type { CredentialSource, Credentials } from '../wire/endpoint.ts';
import type { User } from './kubeconfig.ts';
import { reading } from './load.ts';

/** A token file is read again after this time, in milliseconds (client-go transport/token_source.go). */
const TOKEN_FILE_MS = 60_000;

/** Whether client-go would sign with what the kubeconfig itself holds, and run no program. */
export function isStatic(user: User): boolean {
  return Boolean(
    user.token ||
      user.tokenFile ||
      user.username ||
      user.password ||
      user.clientCertificate ||
      user.clientCertificateData,
  );
}

/**
 * Token, token file, user and password, client certificate. A token file's content goes before a token, as client-go has it
 * (transport/round_trippers.go: NewBearerAuthWithRefreshRoundTripper). Throws Failure when a file cannot be read.
 */
export function staticCredentials(user: User): CredentialSource {
  if (user.token && user.tokenFile) {
    // client-go falls back on the token when the file is not to be read.
    try {
      tokenOf(user.tokenFile);
    } catch {
      return { get: async () => signed(user, undefined) };
    }
  }
  let credentials = signed(user, user.tokenFile);
  let readAt = Date.now();
  const files = user.tokenFile || user.clientCertificate || user.clientKey;
  // A token file is renewed by whoever writes it, kubelets mostly, and read again every minute.
  const end = async () =>
    user.tokenFile ? undefined : (await import('./credentials-end.ts')).credentialsEnd(credentials);
  if (!files) return { get: async () => credentials, end };
  return {
    end,
    get: async () => {
      if (user.tokenFile && Date.now() - readAt > TOKEN_FILE_MS) {
        readAt = Date.now();
        // A file that is just being replaced: the old token is good enough.
        credentials = attempt(() => signed(user, user.tokenFile)) ?? credentials;
      }
      return credentials;
    },
    refresh: async () => {
      const before = JSON.stringify(credentials);
      credentials = attempt(() => signed(user, user.tokenFile)) ?? credentials;
      return JSON.stringify(credentials) !== before;
    },
  };
}

function signed(user: User, tokenFile: string | undefined): Credentials {
  const token = tokenFile ? tokenOf(tokenFile) : user.token;
  const basic = Buffer.from(`${user.username ?? ''}:${user.password ?? ''}`).toString('base64');
  const authorization = token ? `Bearer ${token}` : user.username || user.password ? `Basic ${basic}` : undefined;
  return {
    authorization,
    cert: user.clientCertificateData ?? (user.clientCertificate && textOf(user.clientCertificate)),
    key: user.clientKeyData ?? (user.clientKey && textOf(user.clientKey)),
  };
}

function tokenOf(file: string): string {
  const token = textOf(file).trim();
  if (token === '') throw new Failure(`read empty token from file "${escapeLine(file)}"`);
  return token;
}

/** Throws Failure. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(reading(error, file));
  }
}

function attempt<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
