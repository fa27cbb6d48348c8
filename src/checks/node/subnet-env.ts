import { restarts } from './remedies.ts';
import { FINE, isIn, type NodeJudge } from './view.ts';

/** flannel's own record of the subnet is not the Node's. */
export const judgeNodeSubnetStale: NodeJudge = ({ facts, expected, cni, leased }) => {
  if (!cni?.isFlannel || expected.subnets.length === 0) return FINE;
  const { subnetEnv } = facts;
  if (!subnetEnv.known) return { skipped: subnetEnv.reason };
  const { subnets } = subnetEnv.value;
  const has = `spec.podCIDRs: ${expected.podCIDRs.join(',')}`;
  if (subnets.length === 0) {
    return {
      findings: [
        {
          severity: 'error',
          message: 'flannel has written no subnet.env: no pod gets an address',
          evidence: ['/run/flannel/subnet.env: not there, or empty', has],
          remedy: restarts(expected),
        },
      ],
    };
  }
  const foreign = leased.filter((block) => !isIn(expected.subnets, block));
  if (foreign.length === 0) return FINE;
  const texts = (blocks: { text: string }[]) => blocks.map(({ text }) => text).join(', ');
  return {
    findings: [
      {
        severity: 'error',
        message: `flannel hands out addresses of ${texts(foreign)}, the Node's subnet is ${texts(expected.subnets)}`,
        evidence: [`/run/flannel/subnet.env: ${subnets.join(', ')}`, has],
        remedy: restarts(expected),
      },
    ],
  };
};
