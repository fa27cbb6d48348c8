import type { Wire } from './wire.ts';
import { WireError } from './wire-error.ts';

/** The same way; what gets no answer is told with a second line, why it went there at all. A line that it has already stays ahead. */
export function hinted(wire: Wire, hint: string): Wire {
  const explained = (error: unknown): never => {
    if (!(error instanceof WireError)) throw error;
    const { message, fate, code, cause } = error;
    const line = error.hint === undefined ? hint : `${error.hint}; ${hint}`;
    throw new WireError(message, fate, { cause, hint: line, ...(code === undefined ? {} : { code }) });
  };
  return {
    server: wire.server,
    request: (request) => wire.request(request).catch(explained),
    stream: (request) => wire.stream(request).catch(explained),
    socket: (request) => wire.socket(request).catch(explained),
    credentialsEnd: () => wire.credentialsEnd(),
    close: () => wire.close(),
  };
}
