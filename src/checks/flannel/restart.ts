import { isNodeName } from '../../model/node-name.ts';
import { compareText, shellWord } from '../../model/text.ts';
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

/** The next command where flannel took the wrong interface; the DaemonSet's pods start anew by themselves when it is changed. */
export function setInterface(view: View): string {
  const { facts } = view;
  const [placement] = facts.flannelPlacements.known ? facts.flannelPlacements.value : [];
  const [namespace, name] = placement?.source.replace(/^\w+ /, '').split('/') ?? [];
  if (namespace === undefined || name === undefined) {
    return 'set flannel-iface to the interface between the nodes (/etc/rancher/k3s/config.yaml), and restart k3s there';
  }
  const pattern = nodeNetwork(view);
  return pattern === undefined
    ? `kubectl -n ${namespace} edit daemonset ${name}  # add --iface with the interface between the nodes to its args`
    : `kubectl -n ${namespace} set env daemonset ${name} -c kube-flannel FLANNELD_IFACE_REGEX=${shellWord(pattern)}`;
}

/**
 * A pattern for the interface between the nodes: the octets that their own IPv4 addresses begin with. flannel looks for an interface
 * with an address that matches (pkg/ipmatch/match.go:LookupExtIface), and takes each flag from its environment too
 * (main.go: SetFlagsFromEnv). Undefined where the addresses have too little in common to tell an interface.
 */
function nodeNetwork({ nodes, holdings }: View): string | undefined {
  const own = nodes.flatMap(({ node }) =>
    node.addresses.flatMap(({ type, address }) =>
      type === 'InternalIP' && /^[\d.]+$/.test(address) ? [address.split('.')] : [],
    ),
  );
  const [first = []] = own;
  const differs = first.findIndex((octet, at) => own.some((octets) => octets[at] !== octet));
  const common = first.slice(0, differs < 0 ? 3 : differs);
  const begins = `${common.join('.')}.`;
  // cni0 has the first address of the node's subnet: it must not be taken for the interface.
  const isAmbiguous = holdings.some(({ text }) => text.startsWith(begins));
  return common.length < 2 || isAmbiguous ? undefined : `^${begins.replaceAll('.', '\\.')}`;
}
