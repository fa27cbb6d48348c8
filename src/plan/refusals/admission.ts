import type { AdmissionHook } from '../../model/admission.ts';
import type { SurveyNode } from '../../model/survey.ts';

/**
 * A webhook whose failurePolicy is Fail and that nobody answers refuses every DELETE or, worse, the POST after it. Pods on the
 * node being moved do not count: they may be out of reach just then, and are drained away.
 */
export function refuseAdmission({ name }: SurveyNode, hooks: AdmissionHook[]): string | undefined {
  const blocking = hooks.find((hook) => hook.failurePolicy === 'Fail' && !answeredWithout(name, hook));
  if (blocking?.backend.kind !== 'service') return undefined;
  const { pods, service } = blocking.backend;
  const here = pods.known && pods.value.some((pod) => pod.alive && pod.node === name);
  const where = here
    ? `all pods that answer for it (Service ${service}) are on this node: move one to another node`
    : `no pod answers for it (Service ${service} has none that is ready on a Ready node): start one`;
  return `webhook ${blocking.name} (${blocking.configuration}) must agree to ${blocking.operations.join(' and ')} of Nodes, and ${where}, or take nodes out of its rules`;
}

/** True when somebody can answer while this node is out of the game; what cannot be told counts as answered. */
function answeredWithout(node: string, { backend }: AdmissionHook): boolean {
  if (backend.kind !== 'service' || !backend.pods.known) return true;
  return backend.pods.value.some((pod) => pod.alive && pod.node !== node);
}

/** A hook in words for the plan: what it sees, and where it runs. */
export function describeHook({ name, configuration, operations, failurePolicy, backend }: AdmissionHook): string {
  const sees = `${name} (${configuration}, failurePolicy ${failurePolicy}) is asked about ${operations.join(' and ')} of Nodes`;
  if (backend.kind === 'server') return `policy ${sees}`;
  if (backend.kind === 'url') return `webhook ${sees}; it runs at ${backend.url}`;
  if (!backend.pods.known)
    return `webhook ${sees}; where Service ${backend.service} runs is not known: ${backend.pods.reason}`;
  const nodes = new Set(backend.pods.value.filter(({ alive }) => alive).map(({ node }) => node ?? 'elsewhere'));
  const where = nodes.size > 0 ? `runs on ${[...nodes].sort().join(', ')}` : 'has no pod that is ready';
  return `webhook ${sees}; Service ${backend.service} ${where}`;
}
