import type { FlannelLease } from '../../model/cluster-facts.ts';
import type { SurveyNode } from '../../model/survey.ts';
import { compareText, count, shellWord } from '../../model/text.ts';
import { canonicalAddress } from '../../subnet/address.ts';
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
    const inEtcd =
      flannelPlacements.known && flannelPlacements.value.some(({ etcdEndpoints }) => etcdEndpoints !== undefined);
    return inEtcd ? { skipped: 'flannel keeps its subnets in etcd; give it with --flannel-etcd-endpoints' } : NONE;
  }
  const reasonOf = staleness(view, flannelLeases.value);
  const stale = flannelLeases.value.flatMap((lease) => {
    const why = reasonOf(lease);
    return why === undefined ? [] : [{ lease, why }];
  });
  if (stale.length === 0) return NONE;
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
        remedy: remedy(view, stale),
      },
    ],
  };
};

/** Says of a lease why it is stale; undefined: it is not. */
function staleness({ nodes }: View, all: FlannelLease[]): (lease: FlannelLease) => string | undefined {
  const newest = new Map<string, FlannelLease>();
  for (const lease of all) {
    for (const mark of marksOf(lease)) {
      const other = newest.get(mark);
      if (other === undefined || isNewer(lease, other)) newest.set(mark, lease);
    }
  }
  const addresses = new Set(nodes.flatMap(({ node }) => addressesOf(node)));
  const isForeign = ({ publicIPs }: FlannelLease) => !publicIPs.some((address) => addresses.has(address));
  const mostAreForeign = all.filter(isForeign).length * 2 > all.length;
  return (lease) => {
    const mark = marksOf(lease).find((one) => newest.get(one) !== lease);
    if (mark !== undefined) return `${mark} is also that of ${newest.get(mark)?.key}, which was renewed later`;
    if (mostAreForeign || !isForeign(lease)) return undefined;
    return `no node has its PublicIP ${lease.publicIPs.join(',') || '(none)'}`;
  };
}

/** What one lease alone may have, in words. */
function marksOf({ publicIPs, macs }: FlannelLease): string[] {
  return [...publicIPs.map((address) => `PublicIP ${address}`), ...macs.map((mac) => `VtepMAC ${mac}`)];
}

function addressesOf(node: SurveyNode): string[] {
  return ownAddresses(node).flatMap((text) => canonicalAddress(text) ?? []);
}

/** A lease that never ends was not renewed: one that does is newer. */
function isNewer(a: FlannelLease, b: FlannelLease): boolean {
  if (a.ttl !== undefined && b.ttl !== undefined && a.ttl !== b.ttl) return a.ttl > b.ttl;
  if ((a.ttl === undefined) !== (b.ttl === undefined)) return b.ttl === undefined;
  return a.key > b.key;
}

/**
 * The deletion takes what nodes have learned of a living host along: flannel on all of them must learn it anew. The two APIs of etcd
 * have key spaces of their own.
 */
function remedy({ facts: { flannelPlacements } }: View, stale: Stale[]): string {
  const placements = flannelPlacements.known ? flannelPlacements.value : [];
  const placement = placements.find(({ etcdEndpoints }) => etcdEndpoints !== undefined);
  const etcdctl = placement?.etcdEndpoints ? `etcdctl --endpoints=${shellWord(placement.etcdEndpoints)}` : 'etcdctl';
  const deletions = stale.map(({ lease: { key, api } }) =>
    api === 2 ? `ETCDCTL_API=2 ${etcdctl} rm ${shellWord(key)}` : `${etcdctl} del ${shellWord(key)}`,
  );
  const [namespace = '', name] = placement?.source.replace(/^\w+ /, '').split('/') ?? [];
  if (name === undefined) return `${deletions.join(' && ')}  # then restart flannel on all nodes`;
  return [...deletions, `kubectl -n ${shellWord(namespace)} rollout restart daemonset ${shellWord(name)}`].join(' && ');
}

/** Nodes whose traffic a stale lease leads astray. */
function harmed({ nodes }: View, stale: Stale[], all: FlannelLease[]): string[] {
  const macs = new Set(stale.flatMap(({ lease }) => lease.macs));
  const keys = new Set(stale.map(({ lease }) => lease.key));
  const living = all.filter((lease) => !keys.has(lease.key) && lease.macs.some((mac) => macs.has(mac)));
  const addresses = new Set(living.flatMap(({ publicIPs }) => publicIPs));
  return nodes
    .filter(({ node }) => addressesOf(node).some((address) => addresses.has(address)))
    .map(({ node }) => node.name)
    .sort(compareText);
}

/** In whole hours or minutes: the same a moment later. */
function timeLeft({ ttl }: FlannelLease): string {
  if (ttl === undefined) return 'it never ends';
  return ttl < 7200 ? `it ends in ${Math.floor(ttl / 60)} min` : `it ends in ${Math.floor(ttl / 3600)} h`;
}
