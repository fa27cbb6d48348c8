import { needsNoSubnet } from '../cni/may-lack-subnet.ts';
import { count } from '../model/text.ts';
import type { PoolCount } from '../subnet/pool-count.ts';
import { type Judge, NONE } from './check.ts';
import { countPools, relieve } from './pool.ts';
import { nodeNames } from './view.ts';

/** A family of the cluster CIDR without a free subnet: an error as soon as a node waits for one, however young it is. */
export const judgePoolExhausted: Judge = (view) => {
  const pools = countPools(view);
  if ('skipped' in pools) return pools;
  const full = pools.filter(isFull);
  if (full.length === 0) return NONE;
  const waiting = view.nodes.filter(({ node, subnets }) => subnets.length === 0 && !needsNoSubnet(node));
  const nodes = nodeNames(waiting);
  const { remedy, evidence } = relieve(view, full, isFull);
  const texts = full.map(({ cluster }) => cluster.text).join(' and ');
  return {
    findings: [
      {
        severity: nodes.length > 0 ? 'error' : 'warning',
        nodes,
        subject: { kind: 'Setting', name: '--cluster-cidr' },
        message: `no subnet is left in the cluster CIDR ${texts}${nodes.length > 0 ? `, and ${count(nodes.length, 'node')} ${nodes.length === 1 ? 'waits' : 'wait'} for one` : ''}`,
        evidence: [
          ...full.map(({ words }) => words),
          ...evidence,
          ...nodes.map((name) => `${name}: spec.podCIDR is empty`),
        ],
        remedy,
      },
    ],
  };
};

function isFull({ free }: PoolCount): boolean {
  return free === 0n;
}
