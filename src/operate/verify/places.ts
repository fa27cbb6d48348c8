import type { CNIPod } from '../../host/cni-pods.ts';
import { type Deed, forbiddenDeeds } from '../../kube/access.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { Reading } from '../../model/reading.ts';
import type { SurveyNode } from '../../model/survey.ts';
import type { ProbePlace } from './probe-pod.ts';

export interface PlaceChoices {
  /** `never`: no pod is made. */
  probe: 'auto' | 'never';
  /** Of probes and helper pods; undefined: that of the CNI's pod on the node. */
  image: string | undefined;
  /** Where they are made; undefined: where the CNI's pods are. */
  namespace: string | undefined;
}

/** Where a probe goes that no CNI's pod shows a namespace for. */
const ELSEWHERE = 'default';

/**
 * Where the probe of each node is made, or why none is: it was not asked for, the node does not take one, or a right is missing, also
 * that to take it away again. Throws ApiError, WireError.
 */
export async function probePlaces(
  wire: Wire,
  { probe, image, namespace }: PlaceChoices,
  pods: Reading<CNIPod[]>,
  nodes: SurveyNode[],
): Promise<(node: string) => ProbePlace | string> {
  if (probe === 'never') return () => 'no probe was asked for (--probe=never)';
  const agents = new Map((pods.known ? pods.value : []).map((pod) => [pod.node, pod]));
  const namespaces = namespace === undefined ? [...agents.values()].map((pod) => pod.namespace) : [namespace];
  const missing = await missingRights(wire, new Set([...namespaces, ...(namespaces.length > 0 ? [] : [ELSEWHERE])]));
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return (name) => {
    const node = byName.get(name);
    if (!node) return `node ${name} is absent`;
    if (node.ready !== 'True') return `node ${name} is not Ready`;
    if (node.labels['kubernetes.io/os'] === 'windows') return `node ${name} runs Windows`;
    const agent = agents.get(name);
    const chosen = image ?? agent?.image;
    if (chosen === undefined) {
      return pods.known ? `no CNI's pod on ${name} shows an image for a probe: name one with --image` : pods.reason;
    }
    const where = namespace ?? agent?.namespace ?? namespaces[0] ?? ELSEWHERE;
    // Secrets are of one namespace.
    const pullSecrets = agent && agent.namespace === where ? agent.pullSecrets : [];
    return missing.get(where) ?? { node: name, namespace: where, image: chosen, pullSecrets };
  };
}

/** By namespace; none for those where all is allowed. */
async function missingRights(wire: Wire, namespaces: ReadonlySet<string>): Promise<Map<string, string>> {
  const deeds = [...namespaces].flatMap((namespace): Deed[] => [
    ...['create', 'get', 'delete'].map((verb) => ({ verb, group: '', resource: 'pods', namespace })),
    ...['create', 'get'].map((verb) => ({ verb, group: '', resource: 'pods/exec', namespace })),
  ]);
  const forbidden = Map.groupBy(await forbiddenDeeds(wire, deeds), ({ namespace }) => namespace ?? '');
  return new Map(
    [...forbidden].map(([namespace, lacking]) => {
      const what = lacking.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');
      return [namespace, `you may not ${what} in ${namespace}, which a probe needs`];
    }),
  );
}
