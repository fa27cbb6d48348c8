import type { ClusterSettings } from '../../model/settings.ts';

/** What kube-controller-manager accepts and most likely nobody meant. */
export function settingWarnings({ clusterCIDRs }: ClusterSettings): string[] {
  if (!clusterCIDRs.known) return [];
  return clusterCIDRs.value
    .filter(({ hostBits }) => hostBits)
    .map(
      ({ written, block }) =>
        `cluster CIDR ${written} has host bits: kube-controller-manager takes it as ${block.text} (${clusterCIDRs.source})`,
    );
}
