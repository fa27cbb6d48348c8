import type { Wire, WireSocket } from './wire.ts';

/** What of a request is told. */
interface Told {
  method?: string;
  path: string;
  query?: Record<string, string> | [name: string, value: string][];
}

/** The same way, telling each request as kubectl does with -v=6 and above: method, URL, status and time, no credentials. */
export function logged(wire: Wire, tell: (line: string) => void, now: () => number): Wire {
  const told = async <Request extends Told, Answer extends { status: number } | WireSocket>(
    request: Request,
    send: (request: Request) => Promise<Answer>,
  ): Promise<Answer> => {
    const started = now();
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query)}`;
    const line = (outcome: string) =>
      tell(
        `${request.method ?? 'GET'} ${wire.server}${request.path}${query} ${outcome} in ${Math.round(now() - started)} milliseconds`,
      );
    try {
      const answer = await send(request);
      line(String('status' in answer ? answer.status : 101));
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
    socket: (request) => told(request, (one) => wire.socket(one)),
    credentialsEnd: () => wire.credentialsEnd(),
    close: () => wire.close(),
  };
}
