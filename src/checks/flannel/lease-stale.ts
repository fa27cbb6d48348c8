import type { FlannelLease } from '../../model/cluster-facts.ts';
import { compareText, count, shellWord } from '../../model/text.ts';
import { type Judge, NONE } from '../check.ts';
import type { View } from '../view.ts';
import { ownAddresses } from './lease-facts.ts';

interface Stale {
  lease: FlannelLease;
  why: string;
}

/**
 * Leases in etcd that belong to nobody: one finding. Where most leases have addresses that no Node has, flannel uses another
 * network than the Nodes tell, and only leases that contradict each other are judged.
 */
export const judgeFlannelLeaseStale: Judge = (view) => {
  const { flannelLeases, flannelPlacements } = view.facts;
  if (!flannelLeases.known) {
    const inEtcd = flannelPlacements.known && flannelPlacements.value.some((placement) => placement.inEtcd);
    return inEtcd ? { skipped: 'flannel keeps its subnets in etcd; give it with --flannel-etcd-endpoints' } : NONE;
  }
  const stale = flannelLeases.value.flatMap((lease) => {
    const why = staleness(view, lease, flannelLeases.value);
    return why === undefined ? [] : [{ lease, why }];
  });
  if (stale.length === 0) return NONE;
  const keys = stale.map(({ lease }) => shellWord(lease.key));
  return {
    findings: [
      {
        severity: 'error',
        nodes: harmed(view, stale, flannelLeases.value),
        subject: { kind: 'Key', name: stale[0]?.lease.key ?? '' },
        message: `flannel has ${count(stale.length, 'lease')} of nobody in etcd`,
        evidence: [
          `read from ${flannelLeases.source}`,
          ...stale.map(({ lease, why }) => `${lease.key}: ${why}, ${timeLeft(lease)}`),
        ],
        remedy: remedy(view, keys, flannelLeases.source),
      },
    ],
  };
};

function staleness(view: View, lease: FlannelLease, all: FlannelLease[]): string | undefined {
  const newer = all.find(
    (other) =>
      other.key !== lease.key &&
      isNewer(other, lease) &&
      (other.publicIP === lease.publicIP || (lease.mac !== undefined && other.mac === lease.mac)),
  );
  if (newer) {
    const what = newer.publicIP === lease.publicIP ? `PublicIP ${lease.publicIP}` : `VtepMAC ${lease.mac}`;
    return `${what} is also that of ${newer.key}, which was renewed later`;
  }
  const addresses = new Set(view.nodes.flatMap(({ node }) => ownAddresses(node)));
  const foreign = all.filter(({ publicIP }) => !addresses.has(publicIP)).length;
  if (foreign * 2 > all.length || addresses.has(lease.publicIP)) return undefined;
  return `no node has its PublicIP ${lease.publicIP || '(none)'}`;
}

/** A lease that never ends was not renewed: one that does is newer. */
function isNewer(a: FlannelLease, b: FlannelLease): boolean {
  if (a.ttl !== undefined && b.ttl !== undefined && a.ttl !== b.ttl) return a.ttl > b.ttl;
  if ((a.ttl === undefined) !== (b.ttl === undefined)) return b.ttl === undefined;
  return a.key > b.key;
}

/** The deletion takes what nodes have learned of a living host along: flannel on all of them must learn it anew. */
function remedy({ facts }: View, keys: string[], source: string): string {
  const endpoint = /^etcd (https?:\S+)/.exec(source)?.[1];
  const etcdctl = endpoint === undefined ? 'etcdctl' : `etcdctl --endpoints=${shellWord(endpoint)}`;
  const deletes = keys.map((key) => `${etcdctl} del ${key}`);
  const placement = facts.flannelPlacements.known
    ? facts.flannelPlacements.value.find(({ inEtcd }) => inEtcd)
    : undefined;
  const [namespace, name] = placement?.source.replace(/^\w+ /, '').split('/') ?? [];
  return namespace === undefined || name === undefined
    ? `${deletes.join(' && ')}  # then restart flannel on all nodes`
    : [...deletes, `kubectl -n ${namespace} rollout restart daemonset ${name}`].join(' && ');
}

/** Nodes whose traffic a stale lease leads astray. */
function harmed({ nodes }: View, stale: Stale[], all: FlannelLease[]): string[] {
  const macs = new Set(stale.flatMap(({ lease }) => lease.mac ?? []));
  const living = all.filter(
    (lease) => lease.mac !== undefined && macs.has(lease.mac) && !stale.some((one) => one.lease.key === lease.key),
  );
  const addresses = new Set(living.map(({ publicIP }) => publicIP));
  return nodes
    .filter(({ node }) => ownAddresses(node).some((address) => addresses.has(address)))
    .map(({ node }) => node.name)
    .sort(compareText);
}

function timeLeft({ ttl }: FlannelLease): string {
  return ttl === undefined ? 'it never ends' : `it ends in ${ttl} s`;
}
