import { isNodeName } from '../../model/node-name.ts';
import { compareText } from '../../model/text.ts';
import type { View } from '../view.ts';

/** flannel's pod on a node: namespace and name; undefined where flannel is no pod, as in k3s, or it is not known. */
export function flannelPodOn({ facts }: View, node: string): { namespace: string; name: string } | undefined {
  const pod = facts.flannelPods.known ? facts.flannelPods.value.find((one) => one.node === node) : undefined;
  const [namespace, name] = pod?.name.split('/') ?? [];
  return namespace !== undefined && name !== undefined ? { namespace, name } : undefined;
}

/** Commands that make flannel start anew on these nodes, each node's pod known or named for the operator. */
export function restartFlannel(view: View, nodes: string[]): string {
  const pods = nodes.flatMap((node) => flannelPodOn(view, node) ?? []);
  const commands = [...Map.groupBy(pods, ({ namespace }) => namespace)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([namespace, own]) => `kubectl -n ${namespace} delete pod ${own.map(({ name }) => name).join(' ')}`);
  if (pods.length === nodes.length) return commands.join(' && ');
  const rest = nodes.filter((node) => flannelPodOn(view, node) === undefined && isNodeName(node));
  const where = rest.length > 0 ? rest.join(', ') : 'the nodes';
  return [...commands, `restart flannel on ${where} (k3s: systemctl restart k3s or k3s-agent)`].join('; ');
}
