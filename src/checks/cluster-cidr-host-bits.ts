import { quote } from '../model/quote.ts';
import { type Judge, unknown } from './check.ts';
import { setFlags } from './setting-remedy.ts';

/** Cluster CIDRs that are written with host bits: one finding for each. */
export const judgeClusterCIDRHostBits: Judge = ({ survey }) => {
  const { clusterCIDRs } = survey.settings;
  if (!clusterCIDRs.known) return unknown(clusterCIDRs.reason, '--cluster-cidr');
  const asTaken = clusterCIDRs.value.map(({ block }) => block.text).join(',');
  return {
    findings: clusterCIDRs.value
      .filter(({ hostBits }) => hostBits)
      .map(({ written, block }) => ({
        severity: 'warning' as const,
        nodes: [],
        subject: { kind: 'Setting', name: '--cluster-cidr' },
        message: `the cluster CIDR ${written} has host bits: kube-controller-manager takes it as ${block.text}`,
        evidence: [`${quote(written)}: ${clusterCIDRs.source}`],
        remedy: setFlags([`--cluster-cidr=${asTaken}`]),
      })),
  };
};
