import type { SurveyNode } from '../../model/survey.ts';

/** Whose finalizer it is, and what the owner does once the Node is being deleted. */
const OWNERS: [prefix: string, deed: string][] = [
  ['karpenter.sh/', 'Karpenter would drain the node and terminate its machine'],
  ['wrangler.cattle.io/managed-etcd-controller', 'k3s or rke2 would remove the etcd member'],
  ['wrangler.cattle.io/', 'k3s, rke2 or Rancher would clean up after the node'],
];

/**
 * Any finalizer makes the DELETE wait and starts its owner; a foreign finalizer is never stripped.
 * Karpenter: karpenter.sh/termination; k3s: member_controller.go:onRemove.
 */
export function refuseFinalizers(node: SurveyNode): string | undefined {
  const [first] = node.finalizers;
  if (first === undefined) return undefined;
  const deed = OWNERS.find(([prefix]) => first.startsWith(prefix))?.[1] ?? 'its owner would act on the deletion';
  return `it has the finalizer ${node.finalizers.join(', ')}: ${deed}; have the owner release the node first`;
}
