import type { JsonObject } from '../model/json.ts';
import { asList, asObject, asText } from '../model/read-json.ts';
import { ApiError, apiError } from './wire/api-error.ts';
import type { Wire } from './wire/wire.ts';
import { WireError } from './wire/wire-error.ts';

export interface ExecTarget {
  namespace: string;
  pod: string;
  container: string;
}

export interface ExecResult {
  /** Exit code of the command. */
  code: number;
  stdout: string;
  stderr: string;
}

/** First byte of each message (kubelet pkg/cri/streaming/remotecommand/websocket.go). */
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;

/**
 * Runs a command in a container, without a shell of ours and without input, and waits for its end, at most `timeoutMs`
 * milliseconds. Throws ApiError when the server or the kubelet refuses it (403: needs create and get on pods/exec; 404: no such
 * pod or container; 500: the kubelet cannot), WireError when it breaks off: the command may go on.
 */
export async function execInPod(
  wire: Wire,
  { namespace, pod, container }: ExecTarget,
  command: string[],
  timeoutMs: number,
): Promise<ExecResult> {
  const answer = await wire.socket({
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec`,
    query: [
      ...command.map((word): [string, string] => ['command', word]),
      ['container', container],
      ['stdout', 'true'],
      ['stderr', 'true'],
    ],
    protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
  });
  if ('status' in answer) throw shortened(apiError(answer));
  const where = `${namespace}/${pod}`;
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    answer.close();
  }, timeoutMs);
  const output: Record<number, Buffer[]> = { [STDOUT]: [], [STDERR]: [], [ERROR]: [] };
  try {
    for await (const message of answer.messages) output[message[0] ?? 0]?.push(message.subarray(1));
  } catch (error) {
    if (!expired) throw error;
  } finally {
    clearTimeout(timer);
    answer.close();
  }
  if (expired) throw new WireError(`a command in pod ${where} took more than ${timeoutMs / 1000}s`, 'unknown');
  const text = (channel: number) => Buffer.concat(output[channel] ?? []).toString();
  const status = text(ERROR);
  if (status === '') throw new WireError(`a command in pod ${where} was cut off`, 'unknown');
  return { code: exitCode(JSON.parse(status)), stdout: text(STDOUT), stderr: text(STDERR) };
}

/** Of the Status that ends the stream: Success, or NonZeroExitCode with the code among its causes. Throws ApiError otherwise. */
function exitCode(status: JsonObject): number {
  if (status.status === 'Success') return 0;
  const causes = asList(asObject(status.details).causes).map(asObject);
  const code = causes.find(({ reason }) => reason === 'ExitCode');
  if (status.reason === 'NonZeroExitCode' && code) return Number(asText(code.message));
  const body = Buffer.from(JSON.stringify({ ...status, kind: 'Status' }));
  throw shortened(apiError({ status: 500, headers: {}, body }));
}

/** The server repeats the whole command, as the query of the kubelet's URL, when it does not reach that. */
function shortened({ status, reason, message, details }: ApiError): ApiError {
  return new ApiError(status, reason, message.replaceAll(/\?command=[^"\s]*/g, ''), { details });
}
