import type { Arguments } from '../arguments.ts';
import type { Flags } from './flag.ts';

/** kube-controller-manager's own flags: they take the place of what cannot be read from the cluster. */
export const SETTING_FLAGS: Flags = {
  'cluster-cidr': {
    type: 'text',
    value: 'CIDR[,CIDR]',
    help: "the cluster CIDR, as in kube-controller-manager's flag",
  },
  'node-cidr-mask-size': {
    type: 'text',
    value: 'BITS[,BITS]',
    help: 'node mask size; for dual stack a list in the order of --cluster-cidr',
  },
  'node-cidr-mask-size-ipv4': { type: 'text', value: 'BITS', help: 'node mask size of the IPv4 family' },
  'node-cidr-mask-size-ipv6': { type: 'text', value: 'BITS', help: 'node mask size of the IPv6 family' },
  'service-cluster-ip-range': { type: 'text', value: 'CIDR[,CIDR]', help: 'the service range' },
};

/** The settings given by flag, by kube-controller-manager's names; undefined where a flag was not given. */
export function settingFlags(args: Arguments) {
  return {
    clusterCIDR: args.text('cluster-cidr'),
    nodeCIDRMaskSize: args.text('node-cidr-mask-size'),
    nodeCIDRMaskSizeIPv4: args.text('node-cidr-mask-size-ipv4'),
    nodeCIDRMaskSizeIPv6: args.text('node-cidr-mask-size-ipv6'),
    serviceClusterIPRange: args.text('service-cluster-ip-range'),
  };
}
