import type { JsonObject } from '../model/json.ts';

/** Annotations of Nodes that a dump keeps: the CNIs' own. Where `value` does not match, that there is one is all that is kept. */
const KEPT: { key: RegExp; value: RegExp }[] = [
  { key: /^flannel\.alpha\.coreos\.com\//, value: /./ },
  // kube-router.io/peer.passwords is one of them: only what is read goes along.
  { key: /^kube-router\.io\//, value: /\/pod-cidrs?$/ },
  { key: /^node\.antrea\.io\//, value: /\/transport-addresses$/ },
  { key: /^k8s\.ovn\.org\//, value: /^$/ },
  { key: /^(network\.cilium\.io\/|io\.cilium\.network\.)/, value: /pod-cidr$/ },
  { key: /^projectcalico\.org\//, value: /\/IPv[46]Address$/ },
];

/** The annotations of a Node that are read, by recognising its CNI among others; the values of the rest are left out. */
export function keptAnnotations(annotations: JsonObject): JsonObject {
  const kept = Object.entries(annotations).flatMap(([name, text]) => {
    const rule = KEPT.find(({ key }) => key.test(name));
    return rule ? [[name, rule.value.test(name) ? text : '']] : [];
  });
  return Object.fromEntries(kept);
}
