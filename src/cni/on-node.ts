import type { CNIConfigFile } from '../model/node-facts.ts';

/** What a CNI that follows spec.podCIDR keeps on a node, as far as it is known well enough to be judged. */
export interface CNIOnNode {
  /** It takes the pods' addresses from /run/flannel/subnet.env, and has flannel's routes. */
  isFlannel: boolean;
  /** The bridge that its pods are on, with the first address of the subnet. */
  bridge: string | undefined;
  /** A route to each peer's subnet by this text alone, whatever its next hop; flannel's are known better. */
  routesEachPeer: boolean;
  /** True for its own file among the CNI configurations. */
  owns(config: CNIConfigFile): boolean;
}

const ON_NODE: Record<string, CNIOnNode> = {
  flannel: { isFlannel: true, bridge: 'cni0', routesEachPeer: false, owns: byPlugin('flannel') },
  // Its pods are routed one by one (calico), without a bridge.
  canal: { isFlannel: true, bridge: undefined, routesEachPeer: false, owns: byPlugin('calico') },
  kindnet: { isFlannel: false, bridge: undefined, routesEachPeer: true, owns: byFile(/kindnet/) },
  'kube-router': { isFlannel: false, bridge: 'kube-bridge', routesEachPeer: false, owns: byFile(/kube-?router/) },
  antrea: { isFlannel: false, bridge: undefined, routesEachPeer: false, owns: byPlugin('antrea') },
  cilium: { isFlannel: false, bridge: undefined, routesEachPeer: false, owns: byPlugin('cilium-cni') },
};

/** What this CNI keeps on a node; undefined when it is none that is known. */
export function onNode(cni: string | undefined): CNIOnNode | undefined {
  return cni === undefined ? undefined : ON_NODE[cni];
}

function byPlugin(type: string) {
  return ({ plugins }: CNIConfigFile) => plugins.includes(type);
}

/** Their plugins (ptp, bridge) are used by others too. */
function byFile(name: RegExp) {
  return ({ file }: CNIConfigFile) => name.test(file.slice(file.lastIndexOf('/') + 1));
}
