import { Failure } from '../model/failure.ts';
import type { NodeFacts } from '../model/node-facts.ts';
import type { Reading } from '../model/reading.ts';
import { readCNIConfigs, readHostLocal, readSubnetEnv } from './read/files.ts';
import { readForwardPolicies } from './read/forward-policy.ts';
import { readLinks } from './read/links.ts';
import { readForwarding, readNeighbours } from './read/neighbours.ts';
import { type Part, splitParts } from './read/parts.ts';
import { readRoutes } from './read/routes.ts';
import { FACTS_SCRIPT } from './script.ts';
import type { NodeShell } from './shell.ts';

/** The script's code for a file of the host that the pod does not see. */
const NOT_MOUNTED = 9;

const NOT_SEEN = "the CNI's pod does not see this folder of the host; a helper pod does";

/**
 * Reads what the node really has: one script, one exec. What cannot be read alone is a reason in the facts.
 * Throws ApiError and WireError of the exec, Failure when the script itself does not run.
 */
export async function readNodeFacts(shell: NodeShell): Promise<NodeFacts> {
  const { code, stdout, stderr } = await shell.run(FACTS_SCRIPT);
  const parts = splitParts(stdout);
  if (parts.size === 0) {
    const [why = ''] = stderr.trim().split('\n');
    throw new Failure(
      `the facts of node ${shell.node} cannot be read in ${shell.source}: ${why || `exit code ${code}`}`,
    );
  }
  return factsOf(shell, parts);
}

/** The facts that the script's output holds. */
export function factsOf({ node, source }: Pick<NodeShell, 'node' | 'source'>, parts: Map<string, Part>): NodeFacts {
  const read = <Value>(name: string, parse: (text: string) => Value) => reading(parts.get(name), source, parse);
  const routes = [
    read('route4', (text) => readRoutes(text, 'IPv4')),
    read('route6', (text) => readRoutes(text, 'IPv6')),
  ] as const;
  return {
    node,
    source,
    subnetEnv: read('subnet', readSubnetEnv),
    links: read('links', readLinks),
    routes: both(...routes),
    forwarding: read('fdb', readForwarding),
    neighbours: read('neigh', readNeighbours),
    forwards: { IPv4: read('ip4', isOn), IPv6: read('ip6', isOn) },
    forwardPolicies: { IPv4: read('rules4', readForwardPolicies), IPv6: read('rules6', readForwardPolicies) },
    bridgeFilter: read('nf', isOn),
    cniConfigs: read('cni', readCNIConfigs),
    hostLocal: read('held', readHostLocal),
  };
}

function reading<Value>(part: Part | undefined, source: string, parse: (text: string) => Value): Reading<Value> {
  if (part?.code === undefined) return { known: false, reason: 'the answer of the node broke off' };
  if (part.code === NOT_MOUNTED) return { known: false, reason: NOT_SEEN };
  if (part.code !== 0) return { known: false, reason: part.why || `exit code ${part.code}` };
  try {
    return { known: true, value: parse(part.text), source };
  } catch (error) {
    return { known: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** A sysctl: 0 is off; net.ipv6.conf.all.forwarding may be 2 too. */
function isOn(text: string): boolean {
  return /^[1-9]/.test(text.trim());
}

function both<Item>(first: Reading<Item[]>, second: Reading<Item[]>): Reading<Item[]> {
  if (!first.known || !second.known) return first.known ? second : first;
  return { ...first, value: [...first.value, ...second.value] };
}
