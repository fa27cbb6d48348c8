import { type Peer, peersOf } from '../../checks/node/expected.ts';
import { type CNIPod, listCNIPods } from '../../host/cni-pods.ts';
import { openShell } from '../../host/open-shell.ts';
import type { NodeShell } from '../../host/shell.ts';
import { sideBySide } from '../../kube/side-by-side.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import { Failure } from '../../model/failure.ts';
import type { Reading } from '../../model/reading.ts';
import type { ClusterSurvey } from '../../model/survey.ts';
import { count } from '../../model/text.ts';
import type { VerifyLine, VerifySubject } from '../../model/verification.ts';
import { type VerifyGroup, verifyGroups } from '../../plan/verify-groups.ts';
import { shorten } from '../../render/words.ts';
import { verifyFacts } from './facts.ts';
import { removeLeftOvers, type Self } from './left-over.ts';
import { judgeNewPod } from './new-pod.ts';
import { verifyOwned } from './owned.ts';
import { type PlaceChoices, probePlaces } from './places.ts';
import type { ProbePlace } from './probe-pod.ts';
import { Probes, type ProbeTools } from './probes.ts';
import { reachWithin } from './reach.ts';
import { Shells } from './shells.ts';

export interface VerifyChoices extends PlaceChoices {
  /** Whether a node that is verified gets a helper pod, which is privileged, where no CNI's pod runs. */
  helper: 'allowed' | 'never';
}

export interface VerifyTools extends ProbeTools {
  self: Self & { pid: number };
  /** Random digits, one run's own. */
  nonce: string;
  /** True once the operator wants to stop. */
  stopping(): boolean;
  /** It begins to look at a node. */
  begun(node: string): void;
  /** All is known of a node. */
  ended(): void;
}

/** So many nodes are named. */
const NAMED = 8;

/** Groups tried at the same time: probes on some 20 nodes. */
const GROUPS = 6;

/**
 * Verifies nodes beyond what the Node objects say: the facts on the node itself, whether its pods and those of other nodes reach
 * each other, and last who owns its Lease and CSINode. Short-lived pods are made for it, and taken away whatever happens. What
 * cannot be looked at is `not-checked`. Throws Left, and WireError when the server cannot be reached at all.
 */
export async function verifyNodes(
  survey: ClusterSurvey,
  subjects: VerifySubject[],
  choices: VerifyChoices,
  tools: VerifyTools,
): Promise<VerifyLine[]> {
  const { wire, self, nonce } = tools;
  const there = new Set(survey.nodes.map(({ name }) => name));
  const present = subjects.filter(({ node }) => there.has(node));
  const pods = await readPods(wire);
  const shells = new Shells((node) => open(node, pods, { choices, present, tools }));
  const places = await probePlaces(wire, choices, pods, survey.nodes);
  const groups = verifyGroups(present, survey.nodes, (node) => typeof places(node) !== 'string');
  const probes = new Probes(tools, { ...self, nonce }, places, groups);
  try {
    if (choices.probe === 'auto') await announce(groups, places, tools);
    const reached = await sideBySide(groups, (group) => verifyGroup(group, survey, { probes, shells, tools }), GROUPS);
    const peers = peersOf(survey);
    const agents = pods.known ? pods.value : [];
    const rest = await sideBySide(present, async (subject) => {
      tools.begun(subject.node);
      const lines = await verifyNode(subject, { survey, peers, agents, shells, tools });
      tools.ended();
      return lines;
    });
    return [...reached.flat(), ...rest.flat()];
  } finally {
    await Promise.all([probes.close(), shells.close()]);
  }
}

interface Known {
  survey: ClusterSurvey;
  peers: Peer[];
  agents: CNIPod[];
  shells: Shells;
  tools: VerifyTools;
}

async function verifyNode(
  subject: VerifySubject,
  { survey, peers, agents, shells, tools }: Known,
): Promise<VerifyLine[]> {
  const node = survey.nodes.find(({ name }) => name === subject.node);
  if (!node) return [];
  const own = agents.filter((agent) => agent.node === node.name);
  const facts = await verifyFacts(node, peers, own, { ...tools, shells });
  return [...facts, ...(await verifyOwned(subject, node.uid, tools))];
}

interface Trial {
  probes: Probes;
  shells: Shells;
  tools: VerifyTools;
}

/** Whether the nodes of a group start pods, and whether these reach each other. Of nodes that stand by only a failure is told. */
async function verifyGroup(
  group: VerifyGroup,
  { nodes }: ClusterSurvey,
  { probes, shells, tools }: Trial,
): Promise<VerifyLine[]> {
  const { wire, waits } = tools;
  const [first] = group.nodes;
  if (first !== undefined) tools.begun(first);
  const subnets = new Map(nodes.map(({ name, podCIDRs }) => [name, podCIDRs]));
  try {
    const reached = await reachWithin(group, { wire, waits, probes, shells });
    const started = group.nodes.map(async (node) => judgeNewPod(node, subnets.get(node) ?? [], await probes.of(node)));
    const lines = (await Promise.all(started)).filter(
      ({ nodes: [node], result }) => node === first || result === 'fail',
    );
    return [...lines, ...reached];
  } finally {
    await Promise.all(group.nodes.map((node) => probes.done(node)));
  }
}

async function announce(
  groups: VerifyGroup[],
  places: (node: string) => ProbePlace | string,
  { wire, self, clock, tell }: VerifyTools,
): Promise<void> {
  for (const line of await removeLeftOvers(wire, self, clock.now())) tell(`Warning: ${line}`);
  const nodes = [...new Set(groups.flatMap((group) => group.nodes))].filter((node) => typeof places(node) !== 'string');
  if (nodes.length === 0) return;
  tell(
    `Making a short-lived pod on ${count(nodes.length, 'node')} (${shorten(nodes, NAMED).join(', ')}); each is removed`,
  );
}

/** Those of CNIs that follow spec.podCIDR; who may not list them learns nothing of nodes. */
async function readPods(wire: Wire): Promise<Reading<CNIPod[]>> {
  try {
    return { known: true, value: await listCNIPods(wire), source: wire.server };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { known: false, reason: `the pods of the CNI cannot be listed: ${error.message}` };
  }
}

interface Opening {
  choices: VerifyChoices;
  present: VerifySubject[];
  tools: VerifyTools;
}

/** Throws Failure when there is no way onto the node. */
async function open(
  node: string,
  pods: Reading<CNIPod[]>,
  { choices: { helper, image, namespace }, present, tools: { lasting, waits, nonce, tell, stopping } }: Opening,
): Promise<NodeShell> {
  if (!pods.known) throw new Failure(pods.reason);
  const isVerified = present.some((subject) => subject.node === node);
  // A helper pod is taken away though the operator has left.
  return openShell(lasting.wire, node, {
    clock: lasting.clock,
    pods: pods.value.filter((pod) => pod.node === node),
    helper: isVerified ? helper : 'never',
    image,
    namespace,
    nonce,
    tell,
    waitMs: waits.nodeShell,
    stopping,
  });
}
