import type { Move } from '../model/plan.ts';

/** What an operator would type to do the same by hand, for the ticket. Not as safe: no preconditions, a longer absence. */
export function manualCommands({ node, method, to }: Move): string[] {
  const subnets = `podCIDR: ${to[0]}, podCIDRs: [${to.join(', ')}]`;
  const servers = 'uid, resourceVersion, creationTimestamp';
  const swap = `kubectl delete node ${node} && kubectl create -f ${node}.yaml`;
  const get = `kubectl get node ${node} -o yaml > ${node}.yaml`;
  switch (method) {
    case 'patch':
      return [`kubectl patch node ${node} -p '{"spec":{"podCIDR":"${to[0]}","podCIDRs":${JSON.stringify(to)}}}'`];
    case 'reset':
      return [get, `# in ${node}.yaml: remove podCIDR, podCIDRs, ${servers}`, swap];
    case 'create':
      return [`# in ${node}.yaml, out of the file: ${subnets}; remove ${servers}`, `kubectl create -f ${node}.yaml`];
    case 'recreate':
      return [get, `# in ${node}.yaml: ${subnets}; remove ${servers}`, swap];
  }
}
