import { execInPod } from '../../kube/exec.ts';
import type { Family } from '../../model/cidr.ts';
import type { VerifyLine } from '../../model/verification.ts';
import type { VerifyGroup } from '../../plan/verify-groups.ts';
import { readAddress } from '../../subnet/address.ts';
import { Left } from '../leaving.ts';
import { type Answer, askingScript, type Question, readAnswers } from './asking.ts';
import { type NodeReach, reachFromNode } from './node-reach.ts';
import { PROBE_CONTAINER } from './probe-pod.ts';
import type { ProbeOutcome, Probes } from './probes.ts';

/** What pods are tried with. */
export interface Reach extends NodeReach {
  probes: Probes;
}

/** A node whose pod is reached for. */
export interface Target {
  node: string;
  probe: ProbeOutcome;
}

/** An address of a target, with the question that it is asked. */
interface Asked extends Question {
  to: string;
  family: Family | undefined;
}

/**
 * Lets the probes of a group ask each other for their names, over every family that both have. Where one cannot be, the other
 * is asked from the node. Throws Left.
 */
export async function reachWithin({ nodes, pairs }: VerifyGroup, reach: Reach): Promise<VerifyLine[]> {
  const outcomes = await Promise.all(nodes.map((node) => reach.probes.of(node)));
  const targets = nodes.map((node, index): Target => ({ node, probe: outcomes[index] ?? NONE }));
  const lines = await Promise.all(
    targets.map((from) => {
      const wanted = targets.filter(({ node }) => pairs.some(([one, other]) => one === from.node && other === node));
      return wanted.length === 0 ? [] : reachFrom(from, wanted, reach);
    }),
  );
  return lines.flat();
}

const NONE: ProbeOutcome = { state: 'impossible', why: 'there is no probe' };

async function reachFrom(from: Target, targets: Target[], reach: Reach): Promise<VerifyLine[]> {
  const { probe } = from;
  if (probe.state !== 'ready') return withoutProbe(from.node, targets, reasonOf(from), reach);
  const ready = targets.filter((target) => target.probe.state === 'ready');
  const asked = ready.flatMap(({ node, probe: other }) => questionsFor(node, other, probe.addresses));
  const answers = asked.length === 0 ? [] : await ask(probe.pod, asked, reach);
  if (typeof answers === 'string') return withoutProbe(from.node, targets, answers, reach);
  const seen = asked.map((one, index) => lineOf(from.node, one, answers[index], reach.probes));
  const rest = targets.filter((target) => !asked.some(({ to }) => to === target.node));
  const others = rest.map((target) => withoutProbe(from.node, [target], reasonOf(target), reach));
  return [...seen, ...(await Promise.all(others)).flat()];
}

/** Why nothing is asked from it, or of it. */
function reasonOf({ node, probe }: Target): string {
  if (probe.state === 'ready') return `the pods have no family in common`;
  return probe.state === 'sick' ? `a new pod does not start on ${node}` : probe.why;
}

function questionsFor(to: string, probe: ProbeOutcome, own: string[]): Asked[] {
  if (probe.state !== 'ready') return [];
  const families = new Set(own.map(familyOf));
  return probe.addresses
    .map((address) => ({ to, address, name: probe.pod.name, family: familyOf(address) }))
    .filter(({ family }) => families.has(family));
}

function familyOf(address: string): Family | undefined {
  return readAddress(address)?.family;
}

/** The answers, or why there are none. */
async function ask(
  pod: { namespace: string; name: string },
  asked: Asked[],
  { wire, waits }: Reach,
): Promise<Answer[] | string> {
  const target = { namespace: pod.namespace, pod: pod.name, container: PROBE_CONTAINER };
  try {
    const script = askingScript(asked, waits.probeAnswer);
    const { code, stdout, stderr } = await execInPod(
      wire,
      target,
      ['sh', '-c', script],
      2 * (waits.probeAnswer + waits.answer),
    );
    return code === 0 ? readAnswers(asked, stdout) : `the probe cannot ask (exit code ${code} ${stderr.trim()})`;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Left) throw error;
    return `exec in pod ${pod.namespace}/${pod.name}: ${error.message}`;
  }
}

function lineOf(from: string, { to, address }: Asked, answer: Answer | undefined, probes: Probes): VerifyLine {
  const line = { subject: `${from} → ${to}`, check: 'PodToPod' as const, nodes: [from, to] };
  if (answer?.state === 'right') return { ...line, result: 'pass', why: `${address} answers by its name` };
  if (answer?.state !== 'wrong') return { ...line, result: 'fail', why: `${address} does not answer` };
  const other = probes.nodeOf(answer.name);
  const who = other === undefined ? `something else ("${answer.name}")` : `the pod of ${other}`;
  return { ...line, result: 'fail', why: `${address} is answered by ${who}` };
}

/** What could not be tried from pod to pod, and what the node itself reaches instead. */
async function withoutProbe(from: string, targets: Target[], why: string, reach: Reach): Promise<VerifyLine[]> {
  const lines = targets.map(async (target): Promise<VerifyLine[]> => {
    const pair = { subject: `${from} → ${target.node}`, nodes: [from, target.node] };
    const instead = await reachFromNode(from, target, reach);
    const reason = typeof instead === 'string' ? `${why}; nor from the node: ${instead}` : why;
    return [
      { ...pair, check: 'PodToPod', result: 'not-checked', why: reason },
      ...(typeof instead === 'string' ? [] : [{ ...pair, check: 'NodeToPod' as const, ...instead }]),
    ];
  });
  return (await Promise.all(lines)).flat();
}
