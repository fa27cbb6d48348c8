import type { Agent } from 'node:http';
import type { AgentOptions } from 'node:https';
import type { PeerCertificate, SecureContext } from 'node:tls';
import { Failure } from '../../model/failure.ts';
import { escapeLine } from '../../render/escape.ts';
import type { Credentials, Endpoint } from './endpoint.ts';

/** An idle connection is given up before load balancers forget it silently (the shortest usual limit is 60 s). */
const IDLE_MS = 55_000;

/** Happy Eyeballs: how long one address of several may take, in milliseconds. Node's 250 gives up far servers. */
const ADDRESS_MS = 3000;

/**
 * The keeper of connections to the endpoint, for one client certificate. The connection used last is taken first, so that
 * requests awaited one after the other travel on the same one.
 */
export async function createAgent(endpoint: Endpoint, credentials: Credentials): Promise<Agent> {
  const { url, proxy } = endpoint;
  const secure = url.protocol === 'https:';
  const options: AgentOptions = {
    keepAlive: true,
    keepAliveMsecs: 30_000,
    scheduling: 'lifo',
    timeout: IDLE_MS,
    autoSelectFamilyAttemptTimeout: ADDRESS_MS,
    ...(secure ? await tlsOptions(endpoint, credentials) : {}),
  };
  if (proxy?.startsWith('socks')) {
    const { socksAgent } = await import('./socks.ts');
    return socksAgent(url, proxy, options);
  }
  if (proxy !== undefined) options.proxyEnv = { http_proxy: proxy, https_proxy: proxy };
  const { Agent } = secure ? await import('node:https') : await import('node:http');
  return new Agent(options);
}

async function tlsOptions(endpoint: Endpoint, credentials: Credentials): Promise<AgentOptions> {
  const { checkServerIdentity } = await import('node:tls');
  const { isIP } = await import('node:net');
  const { insecure, tlsServerName, url } = endpoint;
  const expected = tlsServerName ?? url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    secureContext: await secureContext(endpoint, credentials),
    rejectUnauthorized: !insecure,
    // An address is no server name on the wire (RFC 6066), but the certificate is checked against it all the same.
    servername: isIP(expected) === 0 ? expected : '',
    checkServerIdentity: (_: string, peer: PeerCertificate) => checkServerIdentity(expected, peer),
  };
}

/** Made once, so that certificates which cannot be used are told before anything is sent. Throws Failure. */
async function secureContext({ ca, insecure }: Endpoint, { cert, key }: Credentials): Promise<SecureContext> {
  const { createSecureContext, getCACertificates } = await import('node:tls');
  let trusted: string | string[] | undefined = ca;
  if (trusted === undefined && !insecure) {
    // Go asks the system's certificates; Node would take those it was built with, good enough where there are no others.
    const system = new Set(getCACertificates('system'));
    if (system.size > 0) trusted = [...system];
  }
  try {
    return createSecureContext({
      // Go trusts a certificate of the file given even if it is no root (crypto/x509: Certificate.Verify).
      allowPartialTrustChain: true,
      ...(trusted === undefined ? {} : { ca: trusted }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    });
  } catch (error) {
    const reason = error instanceof Error ? escapeLine(error.message) : String(error);
    throw new Failure(`tls: the certificates of the kubeconfig cannot be used: ${reason}`);
  }
}
