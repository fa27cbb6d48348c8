import type { PoolCount } from '../subnet/pool-count.ts';
import { type Judge, NONE } from './check.ts';
import { countPools, relieve } from './pool.ts';

/** A family of the cluster CIDR with few free subnets. */
export const judgePoolNearlyExhausted: Judge = (view) => {
  const pools = countPools(view);
  if ('skipped' in pools) return pools;
  const scarce = pools.filter(isScarce);
  if (scarce.length === 0) return NONE;
  const { remedy, evidence } = relieve(view, scarce, isScarce);
  const texts = scarce.map(({ cluster, free }) => `${free} of ${cluster.text}`).join(' and ');
  return {
    findings: [
      {
        severity: 'warning',
        nodes: [],
        subject: { kind: 'Setting', name: '--cluster-cidr' },
        message: `few subnets are left in the cluster CIDR: ${texts}`,
        evidence: [...scarce.map(({ words }) => words), ...evidence],
        remedy,
      },
    ],
  };
};

/** At most 2, or less than a tenth and fewer than 50; none at all is PoolExhausted's. */
function isScarce({ free, possible }: PoolCount): boolean {
  return free > 0n && (free <= 2n || (free * 10n < possible && free < 50n));
}
