import { type Leftovers, NO_LEFTOVERS } from '../../../cni/care/care.ts';
import { careFor } from '../../../cni/care/catalogue.ts';
import { removalCommands } from '../../../cni/care/commands.ts';
import { listCNIPods } from '../../../host/cni-pods.ts';
import { readNodeFacts } from '../../../host/facts.ts';
import { deleteLink, deleteRoute } from '../../../host/repairs.ts';
import type { NodeShell } from '../../../host/shell.ts';
import { listNodePods } from '../../../kube/objects/pods.ts';
import { Failure } from '../../../model/failure.ts';
import type { NodeFacts } from '../../../model/node-facts.ts';
import type { OperationRecord } from '../../../model/operation.ts';
import { leftoversByHand } from '../../../plan/care/by-hand.ts';
import { readCarePod } from '../../../plan/care/pod.ts';
import { isOnPodNetwork, isStale } from '../../../plan/care/renewal.ts';
import { onNode } from '../../care/shell.ts';
import { careStep, leave, reasonOf, remember, withCare } from '../../care/step.ts';
import { persist } from '../../persist.ts';
import type { Work } from '../../work.ts';

/** A running agent may put back at once what is removed under its hands. */
const MOST_TRIES = 3;

/**
 * Removes what the former subnet has left on the node: a bridge with its address, the route of the node to itself, a blackhole.
 * After the restart, because the former process would bring some of it back.
 */
export const cleanStep = careStep('cleaned', async (record, work) => {
  const { care } = record;
  const cares = (care?.agents ?? []).flatMap(({ cni }) => careFor(cni) ?? []).filter(({ leftovers }) => leftovers);
  if (!care || care.blocked || cares.length === 0) return record;
  let latest = record;
  try {
    const pods = await persist(work, () => listCNIPods(work.wire, record.node));
    const running = pods.filter(({ running, deleting }) => running && !deleting);
    await onNode({ node: record.node, pods: running, helper: 'never' }, work, async (shell) => {
      for (let attempt = 1; ; attempt += 1) {
        const found = leftoversOf(await readNodeFacts(shell), latest);
        if (found.links.length + found.routes.length === 0) return;
        if (attempt > MOST_TRIES) throw new Failure(`it comes back: ${removalCommands(found).join('; ')}`);
        if (found.links.length > 0) latest = await rememberCut(latest, work);
        await remove(found, shell, work);
      }
    });
    return latest;
  } catch (error) {
    const why = reasonOf(error, work);
    work.tell(`Warning: what the former subnet has left on node ${record.node} was not removed: ${why}`);
    const left = cares.flatMap((one) => leftoversByHand(record, one) ?? []);
    const bridged = cares.some(({ bridge }) => bridge !== undefined);
    return leave(latest, left, bridged);
  }
});

function leftoversOf(facts: NodeFacts, { care, from, to }: OperationRecord): Leftovers {
  const all = (care?.agents ?? []).map(({ cni }) => careFor(cni)?.leftovers?.(facts, { from, to }) ?? NO_LEFTOVERS);
  return { links: all.flatMap(({ links }) => links), routes: all.flatMap(({ routes }) => routes) };
}

/** Pods with right addresses lose their network with the bridge all the same: stored, because nothing shows it afterwards. */
async function rememberCut(record: OperationRecord, work: Work): Promise<OperationRecord> {
  const pods = (await persist(work, () => listNodePods(work.wire, record.node, ''))).map(readCarePod);
  const right = pods.filter((pod) => isOnPodNetwork(pod) && pod.addresses.length > 0 && !isStale(pod, record.to));
  const cut = [...new Set([...(record.care?.cut ?? []), ...right.map(({ uid }) => uid)])];
  return cut.length === (record.care?.cut ?? []).length ? record : remember(withCare(record, { cut }), work);
}

async function remove(found: Leftovers, shell: NodeShell, work: Work): Promise<void> {
  for (const route of found.routes) await deleteRoute(shell, route);
  for (const link of found.links) await deleteLink(shell, link);
  const names = [
    ...found.links,
    ...found.routes.map(({ to, type }) => `the ${type === 'unicast' ? '' : `${type} `}route to ${to}`),
  ];
  work.tell(`node/${shell.node}: removed ${names.join(', ')}`);
}
