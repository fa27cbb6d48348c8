import type { Wire } from './wire.ts';

/** The same way with a time limit on each request, in milliseconds: a connection may die without a word. */
export function limited(wire: Wire, timeoutMs: number): Wire {
  return {
    server: wire.server,
    request: (request) => wire.request({ timeoutMs, ...request }),
    stream: (request) => wire.stream(request),
    socket: (request) => wire.socket(request),
    credentialsEnd: () => wire.credentialsEnd(),
    close: () => wire.close(),
  };
}
