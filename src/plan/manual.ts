import type { Move } from '../model/plan.ts';

/** What an operator would type to do the same by hand, for the ticket. Not as safe: no preconditions, a longer absence. */
export function manualCommands({ node, method, to }: Move): string[] {
  const spec = `{"spec":{"podCIDR":"${to[0]}","podCIDRs":${JSON.stringify(to)}}}`;
  if (method === 'patch') return [`kubectl patch node ${node} -p '${spec}'`];
  return [
    `kubectl get node ${node} -o yaml > ${node}.yaml`,
    `# in ${node}.yaml: podCIDR: ${to[0]}, podCIDRs: [${to.join(', ')}]; remove uid, resourceVersion, creationTimestamp`,
    `kubectl delete node ${node} && kubectl create -f ${node}.yaml`,
  ];
}
