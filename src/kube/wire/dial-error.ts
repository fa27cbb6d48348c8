import { escapeLine } from '../../render/escape.ts';
import { type Fate, WireError } from './wire-error.ts';

/** What is known of a failed request besides Node's error. */
export interface Circumstances {
  /** HOST:PORT of the API server. */
  host: string;
  /** The connection stood (TLS included) when the error came, so that the request may have been sent. */
  connected: boolean;
  /** The connection had served other requests before: what it says now tells nothing about this one. */
  reused: boolean;
}

interface NodeError extends Error {
  code?: string;
  syscall?: string;
  hostname?: string;
  address?: string;
  port?: number;
  reason?: string;
  host?: string;
  cert?: { subjectaltname?: string; valid_from?: string; valid_to?: string };
}

/** Node's error, raised by a request that got no answer, in kubectl's words and with the request's fate. */
export function wireError(cause: unknown, { host, connected, reused }: Circumstances): WireError {
  const error = first(cause);
  const options = error.code === undefined ? { cause } : { code: error.code, cause };
  if (error.code === 'ECONNREFUSED' && !connected) {
    return new WireError(
      `The connection to the server ${host} was refused - did you specify the right host or port?`,
      'unsent',
      options,
    );
  }
  // A server that refuses our certificate says so after our side of a TLS 1.3 handshake is done: it read no request.
  const alert = !reused && /^ERR_SSL_.*ALERT/.test(error.code ?? '');
  const fate: Fate = connected && !alert ? 'unknown' : 'unsent';
  return new WireError(`Unable to connect to the server: ${words(error, host)}`, fate, options);
}

/** With several addresses tried Node raises an AggregateError; the first one's cause is the one to tell. */
function first(cause: unknown): NodeError {
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0];
  return cause instanceof Error ? cause : new Error(String(cause));
}

/** Go's words for the commonest errors (crypto/tls, crypto/x509, net); Node's own for the others. */
function words(error: NodeError, host: string): string {
  switch (error.code) {
    case 'ENOTFOUND':
    case 'EAI_NODATA':
      return `dial tcp: lookup ${error.hostname ?? host}: no such host`;
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${error.hostname ?? host}: the name server does not answer`;
    case 'EHOSTUNREACH':
      return `dial tcp ${address(error, host)}: connect: no route to host`;
    case 'ENETUNREACH':
      return `dial tcp ${address(error, host)}: connect: network is unreachable`;
    case 'ETIMEDOUT':
      return `dial tcp ${address(error, host)}: connect: connection timed out`;
    case 'ECONNRESET':
    case 'EPIPE':
      return error.message === 'socket hang up' ? 'EOF' : `connection to ${host} reset by peer`;
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'CERT_SIGNATURE_FAILURE':
      return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `tls: failed to verify certificate: x509: ${names(error)}`;
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'ERR_SSL_HTTP_REQUEST':
      return `${host} does not speak TLS (is it http:// instead of https://?)`;
    default:
      return other(error, host);
  }
}

function other(error: NodeError, host: string): string {
  if (error.code?.startsWith('HPE_'))
    return `${host} does not speak HTTP (${escapeLine(error.reason ?? error.message)})`;
  if (error.code?.startsWith('ERR_SSL_') && error.reason) return `tls: ${escapeLine(error.reason)}`;
  return escapeLine(error.message === '' ? (error.code ?? 'unknown error') : error.message);
}

function address({ address: ip, port }: NodeError, host: string): string {
  if (ip === undefined || port === undefined) return host;
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function names({ cert, host }: NodeError): string {
  const valid = (cert?.subjectaltname ?? '').replaceAll(/(DNS|IP Address):/g, '');
  return valid === ''
    ? 'certificate is not valid for any names'
    : `certificate is valid for ${escapeLine(valid)}, not ${host ?? 'the server asked for'}`;
}
