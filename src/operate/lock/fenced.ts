import type { Wire, WireRequest } from '../../kube/wire/wire.ts';
import type { Lock } from './lock.ts';

/**
 * The same way to the server, but before each write the lock is checked (LockLost). The POST of a Node goes through whoever
 * holds the lock: a Node that is absent must come back.
 */
export function fenced(wire: Wire, lock: Lock): Wire {
  return {
    server: wire.server,
    async request(request) {
      if (changes(request)) await lock.check();
      return wire.request(request);
    },
    stream: (request) => wire.stream(request),
    // What runs on a node may change it.
    async socket(request) {
      await lock.check();
      return wire.socket(request);
    },
    credentialsEnd: () => wire.credentialsEnd(),
    close: () => wire.close(),
  };
}

function changes({ method, path }: WireRequest): boolean {
  return method !== 'GET' && !(method === 'POST' && path === '/api/v1/nodes');
}
