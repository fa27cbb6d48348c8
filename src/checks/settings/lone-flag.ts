import type { Block } from '../../model/cidr.ts';
import type { FlannelConfig, KubeadmConfig, KubeProxyConfig } from '../../model/cluster-facts.ts';
import type { ClusterCIDR } from '../../model/settings.ts';
import { compareText } from '../../model/text.ts';
import { contains } from '../../subnet/block.ts';
import { readableBlocks } from '../../subnet/parse.ts';
import { setFlags } from '../setting-remedy.ts';
import { nodeNames, type View } from '../view.ts';

/** Who says what the cluster CIDR is, beside kube-controller-manager; undefined: it says nothing. */
export interface OtherPlaces {
  flannel: FlannelConfig[];
  kubeProxy: KubeProxyConfig | undefined;
  kubeadm: KubeadmConfig | undefined;
}

interface Place {
  name: string;
  blocks: Block[];
  /** It says what kube-controller-manager says. */
  agrees: boolean;
}

/**
 * Evidence for where kube-controller-manager's flag may be what is wrong: two or more other places say one other thing, and none
 * agrees with it. Names the other way, to set the flag back, and the nodes that bar it: kube-controller-manager does not start
 * while one has a subnet outside (range_allocator.go:occupyCIDRs).
 */
export function loneFlag(view: View, clusters: ClusterCIDR[], others: OtherPlaces): string[] {
  const places = placesOf(others, clusters);
  const [first] = places;
  const names = [...new Set(places.map(({ name }) => name))];
  if (!first || names.length < 2 || places.some((place) => place.agrees || said(place) !== said(first))) return [];
  const value = first.blocks.map(({ text }) => text).join(',');
  const all = `${names.slice(0, -1).join(', ')} and ${names.at(-1)} ${names.length === 2 ? 'both' : 'all'} have ${value}`;
  return [
    `${all}: ${isGiven(view) ? 'the --cluster-cidr given' : 'kube-controller-manager'} is alone`,
    otherWay(view, value, first.blocks),
  ];
}

function placesOf({ flannel, kubeProxy, kubeadm }: OtherPlaces, clusters: ClusterCIDR[]): Place[] {
  const holdsAll = (blocks: Block[]) => clusters.every(({ block }) => blocks.some((one) => contains(one, block)));
  const proxied = readableBlocks(kubeProxy?.clusterCIDR.split(',') ?? []);
  const planned = readableBlocks((kubeadm?.extraArgs.get('cluster-cidr') ?? kubeadm?.podSubnet ?? '').split(','));
  const own = said({ blocks: clusters.map(({ block }) => block) });
  return [
    ...flannel.map(({ networks }) => {
      const blocks = networks.map(({ block }) => block);
      return { name: 'flannel', blocks, agrees: holdsAll(blocks) };
    }),
    { name: 'kube-proxy', blocks: proxied, agrees: holdsAll(proxied) },
    { name: 'kubeadm-config', blocks: planned, agrees: said({ blocks: planned }) === own },
  ].filter(({ blocks }) => blocks.length > 0);
}

/** The order of families is the place's own. */
function said({ blocks }: Pick<Place, 'blocks'>): string {
  return blocks
    .map(({ text }) => text)
    .sort(compareText)
    .join(',');
}

/** Nodes that are named; of many the first are enough to find the others. */
const MOST_NODES = 3;

function isGiven({ survey: { settings } }: View): boolean {
  return settings.clusterCIDRs.known && settings.clusterCIDRs.source.startsWith('flag ');
}

function otherWay(view: View, value: string, blocks: Block[]): string {
  const outside = nodeNames(view.holdings.filter(({ block }) => !blocks.some((one) => contains(one, block))));
  if (outside.length > 0) {
    const more = outside.length > MOST_NODES ? ` and ${outside.length - MOST_NODES} more` : '';
    return `the other way, its --cluster-cidr set to that, is barred by subnets outside: ${outside.slice(0, MOST_NODES).join(', ')}${more}`;
  }
  return `the other way: ${isGiven(view) ? `give --cluster-cidr=${value}` : setFlags([`--cluster-cidr=${value}`])}`;
}
