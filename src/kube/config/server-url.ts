import { Failure } from '../../model/failure.ts';
import { escapeLine } from '../../render/escape.ts';

/**
 * The server of a cluster as a URL without query, fragment and final slash. Without a scheme it is http, as client-go has it
 * (rest/url_utils.go: DefaultServerURL). Throws Failure.
 */
export function serverURL(server: string): URL {
  const given = /^[a-z][a-z0-9+.-]*:\/\//i.test(server);
  const url = URL.parse(given ? server : `http://${server}`);
  if (url === null || (!given && url.pathname !== '/')) {
    throw new Failure(`host must be a URL or a host:port pair: "${escapeLine(server)}"`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Failure(
      `unsupported protocol scheme "${escapeLine(url.protocol.slice(0, -1))}" in server "${escapeLine(server)}"`,
    );
  }
  url.search = '';
  url.hash = '';
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}
