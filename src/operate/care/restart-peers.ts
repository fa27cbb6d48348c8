import { type CNIPod, listCNIPods } from '../../host/cni-pods.ts';
import { sideBySide } from '../../kube/side-by-side.ts';
import { count } from '../../model/text.ts';
import { persist } from '../persist.ts';
import type { Work } from '../work.ts';
import { askPeers, type SeenPeer, type Sought } from './ask-peers.ts';
import { discardPod } from './discard-pod.ts';
import { reasonOf } from './step.ts';

/** Peers that still lack a route; `restarted`: though their CNI, or that of the first of them, was restarted and had its time. */
export interface RestartedPeers {
  lacking: SeenPeer[];
  restarted: boolean;
}

/**
 * Restarts the CNI where a route lacks, and looks again, at most `waits.agentBack`. One goes ahead: where its restart does not
 * help, the cause is elsewhere, and the others are left alone.
 */
export async function restartPeers(lacking: SeenPeer[], sought: Sought, work: Work): Promise<RestartedPeers> {
  const [first, ...others] = lacking;
  if (!first) return { lacking: [], restarted: false };
  const { lacking: still, restarted } = await restartSome([first], sought, work);
  if (still.length > 0) return { lacking: [...still, ...others], restarted };
  return restartSome(others, sought, work);
}

async function restartSome(lacking: SeenPeer[], sought: Sought, work: Work): Promise<RestartedPeers> {
  if (lacking.length === 0) return { lacking, restarted: true };
  const nodes = lacking.map(({ peer }) => peer.node);
  work.tell(`Restarting ${sought.cni} on ${count(nodes.length, 'node')} that lack a route: ${nodes.join(', ')}`);
  const { clock, waits } = work;
  const end = clock.monotonic() + waits.agentBack;
  try {
    await sideBySide(lacking, ({ peer }) => discardPod(peer, -1, work));
    let open = lacking;
    for (;;) {
      const pods = await persist(work, () => listCNIPods(work.wire));
      const back = open.flatMap(({ peer }) => successor(pods, peer) ?? []);
      const seen = await askPeers(back, sought, work);
      const well = new Set(
        seen.flatMap(({ peer, lacks, why }) => (lacks.length === 0 && why === undefined ? [peer.node] : [])),
      );
      open = open.filter(({ peer }) => !well.has(peer.node));
      if (open.length === 0 || clock.monotonic() >= end) return { lacking: open, restarted: true };
      if (work.stopping()) return { lacking: open, restarted: false };
      await clock.sleep(waits.nodePoll);
    }
  } catch (error) {
    work.tell(`Warning: it was not restarted everywhere: ${reasonOf(error, work)}`);
    return { lacking, restarted: false };
  }
}

function successor(pods: CNIPod[], peer: CNIPod): CNIPod | undefined {
  return pods.find(
    ({ node, namespace, daemonSet, uid, running, deleting }) =>
      node === peer.node &&
      namespace === peer.namespace &&
      daemonSet === peer.daemonSet &&
      uid !== peer.uid &&
      running &&
      !deleting,
  );
}
