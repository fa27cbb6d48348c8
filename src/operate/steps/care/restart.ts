import { careFor } from '../../../cni/care/catalogue.ts';
import { removeFiles } from '../../../cni/care/commands.ts';
import { type CNIPod, listCNIPods } from '../../../host/cni-pods.ts';
import { deleteLink } from '../../../host/repairs.ts';
import { getNode } from '../../../kube/objects/node.ts';
import type { RestartedAgent } from '../../../model/care.ts';
import type { LeftToDo } from '../../../model/left-to-do.ts';
import type { OperationRecord } from '../../../model/operation.ts';
import { asList, asObject } from '../../../model/read-json.ts';
import { shellWord } from '../../../model/text.ts';
import { beforeByHand, embeddedByHand, leftoversByHand, restartByHand } from '../../../plan/care/by-hand.ts';
import { discardPod } from '../../care/discard-pod.ts';
import { awaitInForce } from '../../care/in-force.ts';
import { onNode } from '../../care/shell.ts';
import { careStep, leave, reasonOf, remember, withCare } from '../../care/step.ts';
import { persist } from '../../persist.ts';
import { awaitSuccessors } from '../../successors.ts';
import type { Work } from '../../work.ts';

/** So many times a node is looked at before it counts as one where no pod of a CNI is. */
const LOOKS = 3;

/**
 * Restarts the pods of the node's CNI, and waits until the node shows its new subnets: an agent reads its Node's subnet when it
 * starts, and flannel's takes its own new one for another node's meanwhile. The pods are stored before the first is deleted: a
 * later run deletes none a second time.
 */
export const restartStep = careStep('restarted', async (record, work) => {
  try {
    const pods = await cniPods(record, work);
    const agents = record.care?.agents ?? pods.filter(({ deleting }) => !deleting).map(identity);
    if (agents.length === 0) return withoutAgent(record);
    const silent = await isSilent(record, work);
    if (silent) return blocked(withCare(record, { agents }), `the kubelet of ${record.node} does not report`, work);
    return await restart(withCare(record, { agents }), pods, work);
  } catch (error) {
    return blocked(record, reasonOf(error, work), work);
  }
});

/** A node whose pod is just being replaced has none for a moment: one that is going is waited out, none at all is looked at again. */
async function cniPods({ node, care }: OperationRecord, work: Work): Promise<CNIPod[]> {
  const { clock, waits, stopping } = work;
  const end = clock.monotonic() + waits.agentBack;
  for (let look = 1; ; look += 1) {
    const pods = await persist(work, () => listCNIPods(work.wire, node));
    if (care?.agents || pods.some(({ deleting }) => !deleting)) return pods;
    if (stopping() || clock.monotonic() >= end || (pods.length === 0 && look >= LOOKS)) return pods;
    await clock.sleep(waits.nodePoll);
  }
}

async function restart(record: OperationRecord, pods: CNIPod[], work: Work): Promise<OperationRecord> {
  const agents = agentsOf(record);
  const restarted = agents.filter(({ cni }) => careFor(cni)?.restarts);
  const open = restarted.flatMap((agent) => pods.find(({ uid, deleting }) => uid === agent.uid && !deleting) ?? []);
  const stored = open.length > 0 ? await remember(record, work) : record;
  try {
    const alone = open.length > 0 ? await awaitSuccessors(work) : undefined;
    if (alone !== undefined) return blocked(stored, `${alone}, and nobody else creates its pod again`, work);
    if (open.length > 0) await removeBefore(stored, open, work);
    for (const pod of open) {
      await discardPod(pod, -1, work);
      work.tell(`node/${pod.node}: restarting ${pod.cni} (pod ${pod.namespace}/${pod.name})`);
    }
  } catch (error) {
    return blocked(stored, reasonOf(error, work), work);
  }
  const shown = await awaitInForce(stored, agents, work);
  if (shown.state === 'seen') return withCare(stored, { inForce: true });
  const bridged = agents.some(({ cni }) => careFor(cni)?.bridge !== undefined);
  if (shown.state === 'unseen' && !bridged) return stored;
  const subnets = record.to.join(',');
  work.tell(
    shown.state === 'not'
      ? `Warning: the CNI on node ${record.node} does not work with ${subnets}: ${shown.why}`
      : `Warning: whether the CNI on node ${record.node} works with ${subnets} was not seen: ${shown.why}`,
  );
  const rest = agents.flatMap((agent) => [
    ...(shown.state === 'not' ? [notBack(record.node, agent, shown.pods)] : []),
    ...leftovers(record, agent),
  ]);
  return leave(shown.state === 'not' ? withCare(stored, { fails: true }) : stored, rest, true);
}

/** What would bring the former subnet back goes before its pod does. */
async function removeBefore(record: OperationRecord, pods: CNIPod[], work: Work): Promise<void> {
  const todo = pods.flatMap(({ cni }) => careFor(cni)?.before ?? []);
  if (todo.length === 0) return;
  await onNode({ node: record.node, pods, helper: 'allowed' }, work, async (shell) => {
    for (const { files, links } of todo) {
      await shell.run(removeFiles(files));
      for (const link of links) await deleteLink(shell, link);
    }
  });
}

/** Nothing on the node can be done: all of it is the operator's. */
function blocked(record: OperationRecord, why: string, work: Work): OperationRecord {
  work.tell(`Warning: the CNI on node ${record.node} was not restarted: ${why}`);
  const left = agentsOf(record).flatMap((agent): LeftToDo[] => {
    const care = careFor(agent.cni);
    const before = care && beforeByHand(record.node, care);
    return [
      ...(before ? [before] : []),
      ...(care?.restarts ? [restartByHand(record.node, agent)] : []),
      ...leftovers(record, agent),
    ];
  });
  return leave(record, left, true);
}

/**
 * No pod of a CNI was seen: where it is part of the host's service that service is named, otherwise the plan has said what to do.
 * One that had no subnet was waiting for it.
 */
function withoutAgent(record: OperationRecord): OperationRecord {
  if (record.method === 'patch') return record;
  const embedded = embeddedByHand(record);
  return leave(record, embedded ? [embedded] : [], true);
}

/** The log of its pod says why; where there is none its DaemonSet may. */
function notBack(node: string, { cni, namespace, daemonSet, uid }: RestartedAgent, pods: CNIPod[]): LeftToDo {
  const pod = pods.find((one) => one.namespace === namespace && one.daemonSet === daemonSet && one.uid !== uid);
  const place = `-n ${shellWord(namespace)}`;
  const log =
    pod && `kubectl logs ${place} ${shellWord(pod.name)} -c ${pod.container}${pod.running ? '' : ' --previous'}`;
  return {
    what: `see why ${cni} does not work on ${node}`,
    commands: [log ?? `kubectl describe daemonset ${place} ${shellWord(daemonSet)}`],
  };
}

function leftovers(record: OperationRecord, { cni }: RestartedAgent): LeftToDo[] {
  const care = careFor(cni);
  const left = care && leftoversByHand(record, care);
  return left ? [left] : [];
}

function agentsOf({ care }: OperationRecord): RestartedAgent[] {
  return care?.agents ?? [];
}

function identity({ cni, namespace, daemonSet, name, uid }: CNIPod): RestartedAgent {
  return { cni, namespace, daemonSet, name, uid };
}

/** Ready is Unknown: what is deleted of such a node hangs, and nothing starts on it. */
async function isSilent({ node }: OperationRecord, work: Work): Promise<boolean> {
  const { status } = await persist(work, () => getNode(work.wire, node));
  const conditions = asList(asObject(status).conditions).map(asObject);
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'Unknown');
}
