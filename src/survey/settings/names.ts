import type { SettingFlags } from '../../model/settings.ts';

/** kube-controller-manager's flags that decide about subnets, without the dashes. */
export const SETTING_NAMES = [
  'cluster-cidr',
  'node-cidr-mask-size',
  'node-cidr-mask-size-ipv4',
  'node-cidr-mask-size-ipv6',
  'service-cluster-ip-range',
  'allocate-node-cidrs',
  'cidr-allocator-type',
] as const;

export type SettingName = (typeof SETTING_NAMES)[number];

/** What was given on our own command line under that name. */
export function givenSetting(flags: SettingFlags, name: SettingName): string | undefined {
  switch (name) {
    case 'cluster-cidr':
      return flags.clusterCIDR;
    case 'node-cidr-mask-size':
      return flags.nodeCIDRMaskSize;
    case 'node-cidr-mask-size-ipv4':
      return flags.nodeCIDRMaskSizeIPv4;
    case 'node-cidr-mask-size-ipv6':
      return flags.nodeCIDRMaskSizeIPv6;
    case 'service-cluster-ip-range':
      return flags.serviceClusterIPRange;
    case 'allocate-node-cidrs':
    case 'cidr-allocator-type':
      return undefined;
  }
}
