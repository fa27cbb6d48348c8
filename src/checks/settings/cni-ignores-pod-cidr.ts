import { addressesIgnoreSubnets, strayShare } from '../../cni/address-place.ts';
import { recogniseCNI } from '../../cni/recognise.ts';
import type { Finding } from '../../model/finding.ts';
import { count } from '../../model/text.ts';
import { type Judge, NONE, type Uncoded } from '../check.ts';
import type { View } from '../view.ts';

/** A CNI that gives out addresses without spec.podCIDR: for information, and nothing else is judged then. */
export const judgeCNIIgnoresPodCIDR: Judge = (view) => {
  const seen = ignorance(view);
  return seen ? { findings: [seen] } : NONE;
};

/**
 * By the DaemonSets of CNIs, or by flannel's leases in etcd; where they do not decide, by what nodes say of their CNI; where no CNI that follows spec.podCIDR is
 * seen, by the pods. Undefined: subnets matter, or nobody knows.
 */
function ignorance(view: View): Uncoded | undefined {
  const { cnis } = view.facts;
  const installed = cnis.known ? cnis.value : [];
  if (installed.some(({ follows }) => follows === 'yes')) return undefined;
  if (installed.length > 0 && installed.every(({ follows }) => follows === 'no')) {
    const names = installed.map(({ name }) => name).join(', ');
    const seen = finding(
      names,
      installed.map(({ name, source }) => `${name}: ${source}`),
    );
    return isUnreadEtcd(view) ? { ...seen, remedy: READ_LEASES } : seen;
  }
  const { flannelLeases } = view.facts;
  if (installed.length === 0 && flannelLeases.known) {
    return finding('flannel', [`flannel: keeps its subnets in ${flannelLeases.source}`]);
  }
  return byNodes(view) ?? byPods(view, installed.map(({ name }) => name).join(', '));
}

const READ_LEASES =
  "give flannel's own --etcd-endpoints to kubectl podcidr validate, as --flannel-etcd-endpoints: its subnets are judged then";

/** flannel keeps its subnets in etcd, and nobody has read them. */
function isUnreadEtcd({ facts }: View): boolean {
  const { flannelPlacements, flannelLeases } = facts;
  return (
    !flannelLeases.known &&
    flannelPlacements.known &&
    flannelPlacements.value.some(({ etcdEndpoints }) => etcdEndpoints !== undefined)
  );
}

function byNodes({ nodes }: View): Uncoded | undefined {
  const traces = nodes.flatMap(({ node }) => {
    const trace = recogniseCNI(node);
    return trace ? [{ node, trace }] : [];
  });
  if (traces.length === 0 || traces.some(({ trace }) => trace.follows !== 'no')) return undefined;
  const names = [...new Set(traces.map(({ trace }) => trace.name))];
  return finding(
    names.join(', '),
    names.map((name) => `${name}: on ${count(traces.filter(({ trace }) => trace.name === name).length, 'node')}`),
  );
}

function byPods(view: View, names: string): Uncoded | undefined {
  const { survey, nodes, places } = view;
  if (!survey.pods.known || nodes.some(({ node }) => recogniseCNI(node)?.follows === 'yes')) return undefined;
  const share = strayShare(survey.pods.value, places);
  if (!addressesIgnoreSubnets(share)) return undefined;
  return finding(names || 'the CNI', [
    `${share.strayPods} of ${count(share.pods, 'pod')} on the pod network have addresses outside their node's subnet, most of them on ${share.strayNodes} of ${count(share.nodes, 'node')}`,
  ]);
}

function finding(names: string, evidence: string[]): Uncoded {
  return {
    severity: 'info',
    nodes: [],
    subject: { kind: 'CNI', name: names },
    message: `${withoutSubnets(names)}: subnets of nodes are not judged`,
    evidence,
    remedy: "nothing is to be done here: look into the CNI's own address management",
  };
}

/** Why the other checks are not judged then. */
export function ignoredReason({ subject }: Pick<Finding, 'subject'>): string {
  return withoutSubnets(subject.name);
}

function withoutSubnets(names: string): string {
  return `${names} gives pods addresses without spec.podCIDR`;
}
