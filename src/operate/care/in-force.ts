import { areOf, type CNICare, configuredSubnets } from '../../cni/care/care.ts';
import { careFor } from '../../cni/care/catalogue.ts';
import { printFile } from '../../cni/care/commands.ts';
import { type CNIPod, listCNIPods } from '../../host/cni-pods.ts';
import { readNodeFacts } from '../../host/facts.ts';
import type { NodeShell } from '../../host/shell.ts';
import type { RestartedAgent } from '../../model/care.ts';
import type { OperationRecord } from '../../model/operation.ts';
import { persist } from '../persist.ts';
import type { Work } from '../work.ts';
import { isForbidden, onNode } from './shell.ts';
import { reasonOf } from './step.ts';

/** Whether the CNI works with the node's new subnets. `unseen`: its pod runs, and more cannot be seen; `not`: `pods` is what there is. */
export type InForce =
  | { state: 'seen' }
  | { state: 'unseen'; why: string }
  | { state: 'not'; why: string; pods: CNIPod[] };

/**
 * Waits until the CNI's pods run again and the node shows its new subnets, at most `waits.agentBack`. Never throws for what a
 * server or the node does.
 */
export async function awaitInForce(record: OperationRecord, agents: RestartedAgent[], work: Work): Promise<InForce> {
  const { clock, waits } = work;
  const end = clock.monotonic() + waits.agentBack;
  let failing: number | undefined;
  let pods: CNIPod[] = [];
  for (;;) {
    let why = 'its pod does not run';
    try {
      pods = await persist(work, () => listCNIPods(work.wire, record.node));
      const back = agents.map((agent) => successor(pods, agent));
      if (!back.every((pod) => pod !== undefined)) failing = undefined;
      else {
        const shown = await look(record, back, work);
        failing = undefined;
        if (shown === true) return { state: 'seen' };
        if (shown === undefined && back.every(({ ready }) => ready))
          return { state: 'unseen', why: 'the node does not tell' };
        why = `the node does not show ${record.to.join(',')}`;
      }
    } catch (error) {
      why = reasonOf(error, work);
      failing ??= clock.monotonic();
      if (isForbidden(error) || clock.monotonic() - failing >= waits.shellOpens) return { state: 'unseen', why };
    }
    if (clock.monotonic() >= end)
      return { state: 'not', why: `after ${Math.ceil(waits.agentBack / 1000)} s ${why}`, pods };
    await clock.sleep(waits.nodePoll);
  }
}

/** The pod that has taken this one's place, or this one where it need not start again. */
function successor(pods: CNIPod[], agent: RestartedAgent): CNIPod | undefined {
  const restarts = careFor(agent.cni)?.restarts ?? true;
  return pods.find(
    ({ namespace, daemonSet, uid, running, deleting }) =>
      namespace === agent.namespace &&
      daemonSet === agent.daemonSet &&
      running &&
      !deleting &&
      (!restarts || uid !== agent.uid),
  );
}

/** Whether all of them work with the subnets; undefined: one does not tell. */
async function look({ node, to }: OperationRecord, pods: CNIPod[], work: Work): Promise<boolean | undefined> {
  const cares = pods.flatMap(({ cni }) => careFor(cni) ?? []);
  return onNode({ node, pods, helper: 'never' }, work, async (shell) => {
    const shown = await Promise.all(cares.map((care) => shows(care, to, shell)));
    return shown.includes(false) ? false : shown.includes(undefined) ? undefined : true;
  });
}

async function shows(care: CNICare, to: string[], shell: NodeShell): Promise<boolean | undefined> {
  if (care.config === undefined) return care.inForce(await readNodeFacts(shell), to);
  const { code, stdout } = await shell.run(printFile(care.config));
  return code === 0 ? areOf(to, configuredSubnets(stdout)) : undefined;
}
