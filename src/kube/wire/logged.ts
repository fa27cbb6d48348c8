import type { Wire, WireRequest } from './wire.ts';

/** The same way, telling each request as kubectl does with -v=6 and above: method, URL, status and time, no credentials. */
export function logged(wire: Wire, tell: (line: string) => void, now: () => number): Wire {
  const told = async <Answer extends { status: number }>(
    request: WireRequest,
    send: (request: WireRequest) => Promise<Answer>,
  ): Promise<Answer> => {
    const started = now();
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query)}`;
    const line = (outcome: string) =>
      tell(
        `${request.method} ${wire.server}${request.path}${query} ${outcome} in ${Math.round(now() - started)} milliseconds`,
      );
    try {
      const answer = await send(request);
      line(String(answer.status));
      return answer;
    } catch (error) {
      line(error instanceof Error ? error.message : String(error));
      throw error;
    }
  };
  return {
    server: wire.server,
    request: (request) => told(request, (one) => wire.request(one)),
    stream: (request) => told(request, (one) => wire.stream(one)),
    credentialsEnd: () => wire.credentialsEnd(),
    close: () => wire.close(),
  };
}
