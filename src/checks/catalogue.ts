import type { CatalogueEntry } from '../model/catalogue.ts';
import { CLUSTER_CATALOGUE } from './cluster-catalogue.ts';
import { NODE_CATALOGUE } from './node/catalogue.ts';

/** Found by `validate`. */
export type ClusterCode = keyof typeof CLUSTER_CATALOGUE;

/** Found by `inspect`, on the node itself. */
export type NodeCode = keyof typeof NODE_CATALOGUE;

export type Code = ClusterCode | NodeCode;

/** The one list of codes. Codes are stable: they are never renamed, and none gets another meaning. */
export const CATALOGUE: Record<Code, CatalogueEntry> = { ...CLUSTER_CATALOGUE, ...NODE_CATALOGUE };

/** All codes, in the order of the catalogue. */
export const CODES = Object.keys(CATALOGUE) as Code[];

/** Those that `validate` finds. */
export const CLUSTER_CODES = Object.keys(CLUSTER_CATALOGUE) as ClusterCode[];

/** What ends when it is full: said of a cluster, not of a node in `list`. */
const CAPACITY_CODES: Code[] = ['PoolExhausted', 'PoolNearlyExhausted', 'SubnetTooSmall', 'SubnetNearlyFull'];

/** Needs flannel's configuration, which `list` does not read. */
const CNI_CODES: Code[] = ['SubnetOutsideCNINetwork'];

/** Those that `list` shows: what is wrong with a node's subnet, as far as Nodes and kube-controller-manager's flags tell. */
export const SUBNET_CODES = CLUSTER_CODES.filter(
  (code) => code.startsWith('Subnet') && ![...CAPACITY_CODES, ...CNI_CODES].includes(code),
);

/** The command that finds a code. */
export function finderOf(code: Code): 'validate' | 'inspect' {
  return code in CLUSTER_CATALOGUE ? 'validate' : 'inspect';
}
