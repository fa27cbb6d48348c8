import type { NodeShell } from '../../host/shell.ts';
import type { ExecResult } from '../../kube/exec.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { Waits } from '../../model/clock.ts';
import type { VerifyLine } from '../../model/verification.ts';
import { Left } from '../leaving.ts';
import { askingScript, readAnswers } from './asking.ts';
import { existingPods, pingScript } from './existing-pods.ts';
import { NO_TOOL } from './probe-pod.ts';
import type { ProbeOutcome } from './probes.ts';
import type { Shells } from './shells.ts';

/** What a node reaches pods with. */
export interface NodeReach {
  wire: Wire;
  waits: Pick<Waits, 'probeAnswer' | 'answer'>;
  /** Through the CNI's pods alone. */
  shells: Shells;
}

/** What was seen, without its subject; a text: why nothing was. */
type Seen = Pick<VerifyLine, 'result' | 'why'> | string;

/**
 * Reaches for a pod of another node from the node itself, out of its CNI's pod: the probe there, by its name; or else pods that
 * run there already, by ping, which tells nobody's name. Throws Left.
 */
export async function reachFromNode(
  from: string,
  to: { node: string; probe: ProbeOutcome },
  reach: NodeReach,
): Promise<Seen> {
  const shell = await reach.shells.of(from);
  if (typeof shell === 'string') return shell;
  try {
    const { probe } = to;
    return await (probe.state === 'ready' ? askProbe(shell, probe, reach) : pingPods(shell, to.node, reach));
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Left) throw error;
    return error.message;
  }
}

async function askProbe(
  shell: NodeShell,
  { pod, addresses }: Extract<ProbeOutcome, { state: 'ready' }>,
  { waits }: NodeReach,
): Promise<Seen> {
  const questions = addresses.map((address) => ({ address, name: pod.name }));
  const ran = await shell.run(askingScript(questions, waits.probeAnswer));
  if (ran.code !== 0) return failed(shell, ran, 'nc');
  const answers = readAnswers(questions, ran.stdout);
  const bad = answers.findIndex(({ state }) => state !== 'right');
  const address = addresses[bad] ?? addresses[0];
  if (bad < 0) return { result: 'pass', why: `${address} answers the node by its name (${shell.source})` };
  const what = answers[bad]?.state === 'wrong' ? 'is answered by another pod' : 'does not answer the node';
  return { result: 'fail', why: `${address} ${what} (${shell.source})` };
}

async function pingPods(shell: NodeShell, node: string, { wire }: NodeReach): Promise<Seen> {
  const pods = await existingPods(wire, node);
  if (pods.length === 0) return `no pod is ready on the pod network of ${node}`;
  const ran = await shell.run(pingScript(pods.map(({ address }) => address)));
  if (ran.code === NO_TOOL) return failed(shell, ran, 'ping');
  const answered = pods.find((_, index) => ran.stdout.split('\n').includes(String(index)));
  if (answered) {
    const why = `${answered.address} (pod ${answered.name}) answers a ping of the node; by ping nobody tells its name`;
    return { result: 'pass', why };
  }
  const names = pods.map(({ address, name }) => `${address} (pod ${name})`).join(', ');
  return { result: 'fail', why: `no answer to pings of the node: ${names}; a NetworkPolicy may forbid it, too` };
}

function failed(shell: NodeShell, { code, stderr }: ExecResult, tool: string): string {
  if (code === NO_TOOL) return `${shell.source} has no ${tool}`;
  return `${tool} in ${shell.source} failed with exit code ${code} ${stderr.trim()}`.trim();
}
