import { BlockList, isIP } from 'node:net';
import { Failure } from '../../model/failure.ts';

type Env = Record<string, string | undefined>;

const SCHEMES = ['http:', 'https:', 'socks5:'];

/** What is wrong with a proxy-url; empty when nothing is (client-go clientcmd/helpers.go: parseProxyURL). */
export function checkProxy(proxy: string, cluster: string): string[] {
  const url = URL.parse(proxy);
  if (url !== null && SCHEMES.includes(url.protocol)) return [];
  const reason =
    url === null
      ? `could not parse: ${proxy}`
      : `unsupported scheme "${url.protocol.slice(0, -1)}", must be http, https, or socks5`;
  return [`invalid 'proxy-url' "${proxy}" for cluster "${cluster}": ${reason}`];
}

/**
 * The proxy that the environment names for this server; undefined when it names none or says to go without one
 * (golang.org/x/net/http/httpproxy: the capital names first; loopback goes without always). Throws Failure.
 */
export function environmentProxy(url: URL, env: Env): string | undefined {
  const secure = url.protocol === 'https:';
  const proxy = secure ? env.HTTPS_PROXY || env.https_proxy : env.HTTP_PROXY || env.http_proxy;
  if (!proxy || bypasses(url, env.NO_PROXY || env.no_proxy || '')) return undefined;
  const given = URL.parse(proxy);
  const parsed = given !== null && SCHEMES.includes(given.protocol) ? given : URL.parse(`http://${proxy}`);
  if (parsed === null)
    throw new Failure(`invalid proxy address "${proxy}" in ${secure ? 'HTTPS_PROXY' : 'HTTP_PROXY'}`);
  return parsed.href;
}

function bypasses(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const version = isIP(host);
  if (host === 'localhost' || (version !== 0 && contains('127.0.0.0/8', host)) || host === '::1') return true;
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry === '*' || (entry !== '' && matches(entry, host, port, version)));
}

/** An entry of NO_PROXY is an address, a CIDR, or a domain with its subdomains; with :PORT for that port alone. */
function matches(entry: string, host: string, port: string, version: number): boolean {
  if (entry.includes('/')) return version !== 0 && contains(entry, host);
  const split = /^(.*):(\d+)$/.exec(isIP(entry) === 6 ? '' : entry);
  if (split?.[2] !== undefined && split[2] !== port) return false;
  const name = (split?.[1] ?? entry).replace(/^\[(.*)\]$/, '$1');
  if (version !== 0 || isIP(name) !== 0) return name === host;
  const domain = name.replace(/^\*?\./, '');
  return host.endsWith(`.${domain}`) || (domain === name && host === domain);
}

function contains(cidr: string, host: string): boolean {
  const [address = '', length = ''] = cidr.split('/');
  const version = isIP(address);
  if (version === 0 || !/^\d{1,3}$/.test(length) || Number(length) > (version === 4 ? 32 : 128)) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, Number(length), family);
  return isIP(host) === version && block.check(host, family);
}
