import { expectedNode, type Peer } from '../../checks/node/expected.ts';
import { reportNode } from '../../checks/node/judge.ts';
import { factLines } from '../../checks/node/lines.ts';
import type { CNIPod } from '../../host/cni-pods.ts';
import { readNodeFacts } from '../../host/facts.ts';
import type { NodeShell } from '../../host/shell.ts';
import type { Clock, Waits } from '../../model/clock.ts';
import type { SurveyNode } from '../../model/survey.ts';
import { count } from '../../model/text.ts';
import type { VerifyLine } from '../../model/verification.ts';
import { Left } from '../leaving.ts';
import type { Shells } from './shells.ts';

export interface FactTools {
  clock: Clock;
  waits: Pick<Waits, 'probeAnswer' | 'poll'>;
  shells: Shells;
}

/**
 * Compares what the node has with what the API says. A CNI puts routes right within seconds of a change: what differs is looked at
 * again for a while. Throws Left.
 */
export async function verifyFacts(
  node: SurveyNode,
  peers: Peer[],
  agents: CNIPod[],
  { clock, waits, shells }: FactTools,
): Promise<VerifyLine[]> {
  const line = { subject: `node/${node.name}`, check: 'NodeFacts' as const, nodes: [node.name] };
  const shell = await shells.of(node.name);
  if (typeof shell === 'string') return [{ ...line, result: 'not-checked', why: shell }];
  const end = clock.monotonic() + waits.probeAnswer;
  try {
    for (;;) {
      const seen = await look(shell, node, peers, agents);
      if (seen.every(({ result }) => result !== 'fail') || clock.monotonic() >= end) {
        return seen.map((one) => ({ ...line, ...one }));
      }
      await clock.sleep(waits.poll);
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Left) throw error;
    return [{ ...line, result: 'not-checked', why: error.message }];
  }
}

async function look(
  shell: NodeShell,
  node: SurveyNode,
  peers: Peer[],
  agents: CNIPod[],
): Promise<Pick<VerifyLine, 'result' | 'why'>[]> {
  const facts = await readNodeFacts(shell);
  const expected = expectedNode(node, peers, agents);
  const { findings } = reportNode(facts, expected);
  const wrong = findings.filter(({ severity }) => severity === 'error');
  if (wrong.length > 0) return wrong.map(({ code, message }) => ({ result: 'fail', why: `${code}: ${message}` }));
  const compared = factLines(facts, expected, findings).filter(({ unknown }) => unknown === undefined);
  if (compared.length === 0)
    return [{ result: 'not-checked', why: `no fact of its CNI can be read in ${shell.source}` }];
  const odd = [...new Set(findings.map(({ code }) => code))];
  const oddities = odd.length > 0 ? `, but see ${odd.join(', ')}: kubectl podcidr inspect ${node.name}` : '';
  return [{ result: 'pass', why: `${count(compared.length, 'fact')} agree (${shell.source})${oddities}` }];
}
