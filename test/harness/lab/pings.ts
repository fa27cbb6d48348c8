import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { processWith } from '../../../scripts/lab.d/inhabitants.ts';
import { run } from '../../../scripts/lib/processes.ts';
import { ECHO_PORT, type EchoPod } from './echo.ts';

/** One pod asked another for its name. Twins answer for each other: only the right name counts. */
export interface Ping {
  from: EchoPod;
  to: EchoPod;
  address: string;
  /** Who answered; undefined: nobody did. */
  answer: string | undefined;
  ok: boolean;
}

/** What became of datagrams sent every 20 ms. */
export interface Losses {
  sent: number;
  /** Without an answer, or with one of another pod. */
  lost: number;
  /** Those that another pod answered. */
  answeredByOther: number;
  /** Each time without the right answer: when it began, by Date.now(), and how long it took. */
  cuts: { at: number; ms: number }[];
  /** All cuts together. */
  cutMs: number;
}

/** The command that runs a program in a pod's network. */
function inPod(pod: EchoPod, args: string[]): [string, string[]] {
  const pid = processWith(`POD_UID=${pod.uid}`);
  if (pid === undefined) throw new Error(`pod ${pod.name} runs no process`);
  const program = [process.execPath, join(import.meta.dirname, 'probe-main.ts'), ...args];
  return ['nsenter', [`--net=/proc/${pid}/ns/net`, ...program]];
}

/** Every pod asks every other at each of its addresses, all at the same time. */
export async function pingAll(pods: EchoPod[]): Promise<Ping[]> {
  const rows = pods.map(async (from) => {
    const others = pods.filter((to) => to.uid !== from.uid);
    const addresses = [...new Set(others.flatMap((to) => to.addresses))];
    const { code, stdout, stderr } = await run(...inPod(from, ['once', String(ECHO_PORT), ...addresses]));
    if (code !== 0) throw new Error(`the probe of ${from.name} failed: ${stderr}`);
    const answers = JSON.parse(stdout) as Record<string, string>;
    return others.flatMap((to) =>
      to.addresses.map((address) => ({
        from,
        to,
        address,
        answer: answers[address],
        ok: answers[address] === to.name,
      })),
    );
  });
  return (await Promise.all(rows)).flat();
}

/** Pings in words, one line for each that failed. */
export function brokenPings(pings: Ping[]): string[] {
  return pings
    .filter(({ ok }) => !ok)
    .map(({ from, to, address, answer }) => {
      const who = answer === undefined ? 'nobody answered' : `${answer} answered`;
      return `${from.node}/${from.name} to ${to.node}/${to.name} at ${address}: ${who}`;
    });
}

function losses(sent: { at: number; name?: string }[], expected: string): Losses {
  const cuts: { at: number; ms: number }[] = [];
  let begun: number | undefined;
  for (const { at, name } of sent) {
    if (name !== expected) {
      begun ??= at;
    } else if (begun !== undefined) {
      cuts.push({ at: begun, ms: at - begun });
      begun = undefined;
    }
  }
  const last = sent.at(-1);
  if (begun !== undefined && last) cuts.push({ at: begun, ms: last.at - begun });
  return {
    sent: sent.length,
    lost: sent.filter(({ name }) => name !== expected).length,
    answeredByOther: sent.filter(({ name }) => name !== undefined && name !== expected).length,
    cuts,
    cutMs: cuts.reduce((sum, { ms }) => sum + ms, 0),
  };
}

export interface ContinuousPing {
  /** Ends it and says what was lost. */
  stop(): Promise<Losses>;
}

/** Sends a datagram from one pod to another every 20 ms until it is stopped. Ends with the test process too. */
export function pingContinuously(from: EchoPod, to: EchoPod, address = to.addresses[0] ?? ''): ContinuousPing {
  const child = spawn(...inPod(from, ['on', String(ECHO_PORT), address]), { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise((resolve) => child.on('close', resolve));
  return {
    async stop() {
      child.stdin.end();
      await ended;
      return losses(JSON.parse(text), to.name);
    },
  };
}
