import type { CNIPod } from '../../host/cni-pods.ts';
import { readNodeFacts } from '../../host/facts.ts';
import { deleteRoute } from '../../host/repairs.ts';
import { sideBySide } from '../../kube/side-by-side.ts';
import type { Block } from '../../model/cidr.ts';
import type { NodeRoute } from '../../model/node-facts.ts';
import { abandonedRoutes, lackedRoutes, type WantedRoute } from '../../plan/care/routes.ts';
import type { Work } from '../work.ts';
import { onNode } from './shell.ts';
import { reasonOf } from './step.ts';

/** Nodes that are asked at a time. */
const AT_ONCE = 20;

/** What the peers are looked at for: routes that must be there, and subnets that nobody has any more. */
export interface Sought {
  cni: string;
  wanted: WantedRoute[];
  abandoned: Block[];
  /** The next hops of who gave those up. */
  addresses: string[];
  /** Of each Node, by its name. */
  subnets: ReadonlyMap<string, Block[]>;
}

/** What one peer lacks, and has too much. */
export interface SeenPeer {
  peer: CNIPod;
  lacks: WantedRoute[];
  stale: NodeRoute[];
  /** Why it could not be asked. */
  why?: string;
}

/** Asks all of them, each through the pod of its CNI: nothing is started on a node that has not moved. */
export async function askPeers(peers: CNIPod[], sought: Sought, work: Work): Promise<SeenPeer[]> {
  let done = 0;
  const ask = async (peer: CNIPod): Promise<SeenPeer> => {
    try {
      return await askPeer(peer, sought, work);
    } catch (error) {
      return { peer, lacks: [], stale: [], why: reasonOf(error, work) };
    } finally {
      done += 1;
      work.progress({ kind: 'wait', wait: 'peers', part: [done, peers.length] });
    }
  };
  return sideBySide(peers, ask, AT_ONCE);
}

async function askPeer(peer: CNIPod, sought: Sought, work: Work): Promise<SeenPeer> {
  const { wanted, abandoned, addresses, subnets } = sought;
  const facts = await onNode({ node: peer.node, pods: [peer], helper: 'never' }, work, readNodeFacts);
  const lacks = lackedRoutes(facts, wanted, subnets.get(peer.node));
  return { peer, lacks, stale: abandonedRoutes(facts, abandoned, addresses) };
}

/** Takes the routes to subnets that nobody has any more out: a CNI that has missed their end never does. */
export async function removeAbandoned(seen: SeenPeer[], work: Work): Promise<void> {
  await sideBySide(
    seen.filter(({ stale }) => stale.length > 0),
    async ({ peer, stale }) => {
      try {
        await onNode({ node: peer.node, pods: [peer], helper: 'never' }, work, async (shell) => {
          for (const route of stale) await deleteRoute(shell, route);
        });
        work.tell(`node/${peer.node}: removed the route to ${stale.map(({ to }) => to).join(', ')}, which no node has`);
      } catch (error) {
        // It harms nobody before that subnet is given to a node again, and then it is replaced.
        reasonOf(error, work);
      }
    },
    AT_ONCE,
  );
}
