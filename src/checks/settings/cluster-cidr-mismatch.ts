import type { FlannelConfig, KubeadmConfig, KubeProxyConfig } from '../../model/cluster-facts.ts';
import type { ClusterCIDR, ClusterSettings } from '../../model/settings.ts';
import { shellWord } from '../../model/text.ts';
import { contains } from '../../subnet/block.ts';
import { readableBlocks } from '../../subnet/parse.ts';
import { type Judge, type Uncoded, unknown } from '../check.ts';
import { configsInForce, isMismatch, outsideNetwork } from '../subnet-outside-cni-network.ts';
import { nodeNames, type View } from '../view.ts';
import { disagreement } from './disagreement.ts';
import { loneFlag } from './lone-flag.ts';

const FLAG = '--cluster-cidr';

/**
 * Places that say something else than kube-controller-manager's --cluster-cidr: its own replicas, flannel, kube-proxy, kubeadm.
 * One finding a place.
 */
export const judgeClusterCIDRMismatch: Judge = (view) => {
  const { settings } = view.survey;
  const replicas = disagreement(settings);
  if (replicas) return { findings: [replicas] };
  const { clusterCIDRs } = settings;
  if (!clusterCIDRs.known) return unknown(clusterCIDRs.reason, FLAG);
  const { flannelConfigs, kubeProxy, kubeadm } = view.facts;
  const others = {
    flannel: configsInForce(view),
    kubeProxy: proxyInForce(view),
    // The flag itself may have been read there.
    kubeadm: kubeadm.known && kubeadm.value && !isSource(settings, kubeadm.value) ? kubeadm.value : undefined,
  };
  // Said once: it is the same for all.
  const alone = loneFlag(view, clusterCIDRs.value, others);
  const findings = [
    ...others.flannel.flatMap((config) => ofFlannel(view, config, clusterCIDRs.value)),
    ...(others.kubeProxy ? ofKubeProxy(view, others.kubeProxy, clusterCIDRs.value) : []),
    ...(others.kubeadm ? ofKubeadm(settings, others.kubeadm, clusterCIDRs.value) : []),
  ].map((finding, at) => (at === 0 ? { ...finding, evidence: [...finding.evidence, ...alone] } : finding));
  const unread = [flannelConfigs, kubeProxy, kubeadm].flatMap((reading) => (reading.known ? [] : [reading.reason]));
  return unread.length > 0 ? { findings, skipped: [...new Set(unread)].join('; ') } : { findings };
};

/** A Network that contains the cluster CIDR is right, however large; a family that flannel does not enable is not judged. */
function ofFlannel(view: View, config: FlannelConfig, clusters: ClusterCIDR[]): Uncoded[] {
  const wrong = clusters.flatMap(({ block }) => {
    const network = config.networks.find((one) => one.block.family === block.family);
    return network && !contains(network.block, block) ? [{ block, network }] : [];
  });
  if (wrong.length === 0) return [];
  const nodes = nodeNames(outsideNetwork(view, config).filter((holding) => isMismatch(view, config, holding)));
  const networks = wrong.map(({ network }) => network.block.text).join(',');
  const edits = wrong.map(({ block, network }) => ({ from: network.written, to: block.text }));
  const [placement] = view.facts.flannelPlacements.known ? view.facts.flannelPlacements.value : [];
  return [
    {
      severity: 'error',
      nodes,
      subject: { kind: 'ConfigMap', ...config.configMap },
      message: `flannel's Network ${networks} does not contain the cluster CIDR ${texts(clusters)}`,
      evidence: [
        ...said(view.survey.settings),
        `Network ${networks}: ${config.source}`,
        ...nodes.map((name) => `${name}: ${view.byName.get(name)?.node.podCIDRs.join(',') ?? ''}`),
      ],
      remedy: edit(config.configMap, edits, placement?.source.replace(/^\w+ [^/]*\//, '')),
    },
  ];
}

/** With another mode than ClusterCIDR, and without a value, kube-proxy does not use it (pkg/proxy/util/localdetector.go). */
function proxyInForce({ facts: { kubeProxy } }: View): KubeProxyConfig | undefined {
  const config = kubeProxy.known ? kubeProxy.value : undefined;
  return config?.clusterCIDR && ['', 'ClusterCIDR'].includes(config.detectLocalMode) ? config : undefined;
}

function ofKubeProxy(view: View, { clusterCIDR, source }: KubeProxyConfig, clusters: ClusterCIDR[]): Uncoded[] {
  const blocks = readableBlocks(clusterCIDR.split(','));
  if (clusters.every(({ block }) => blocks.some((own) => contains(own, block)))) return [];
  const configMap = { namespace: 'kube-system', name: 'kube-proxy' };
  return [
    {
      severity: 'warning',
      nodes: [],
      subject: { kind: 'ConfigMap', ...configMap },
      message: `kube-proxy takes ${clusterCIDR} for the cluster CIDR, which is ${texts(clusters)}`,
      evidence: [...said(view.survey.settings), `clusterCIDR ${clusterCIDR}: ${source}`],
      remedy: edit(configMap, [{ from: clusterCIDR, to: texts(clusters) }], 'kube-proxy'),
    },
  ];
}

const KUBEADM = { namespace: 'kube-system', name: 'kubeadm-config' };

function isSource({ clusterCIDRs }: ClusterSettings, { source }: KubeadmConfig): boolean {
  return clusterCIDRs.known && clusterCIDRs.source.startsWith(source);
}

/** kubeadm makes the flags anew at each upgrade: what only stands in the manifest is lost then. */
function ofKubeadm(settings: ClusterSettings, config: KubeadmConfig, clusters: ClusterCIDR[]): Uncoded[] {
  const written = config.extraArgs.get('cluster-cidr') ?? config.podSubnet ?? '';
  const theirs = readableBlocks(written.split(',')).map(({ text }) => text);
  const isOther = theirs.join(',') !== texts(clusters);
  const masks = maskDifferences(settings, config, clusters);
  const differing = [
    ...(isOther ? [`podSubnet ${written || 'none'}, not ${texts(clusters)}`] : []),
    ...masks.map(({ words }) => words),
  ];
  if (differing.length === 0) return [];
  return [
    {
      severity: 'warning',
      nodes: [],
      subject: { kind: 'ConfigMap', ...KUBEADM },
      message: `kubeadm-config has ${differing.join(' and ')}: the next upgrade brings it back`,
      evidence: [...said(settings), ...differing.map((words) => `${config.source}: ${words}`)],
      remedy:
        isOther && written !== '' && masks.length === 0
          ? edit(KUBEADM, [{ from: written, to: texts(clusters) }], undefined)
          : `kubectl -n ${KUBEADM.namespace} edit configmap ${KUBEADM.name}  # ${[
              ...(isOther ? [`networking.podSubnet: ${texts(clusters)}`] : []),
              ...masks.map(({ flag }) => `controllerManager.extraArgs: ${flag}`),
            ].join(', ')}`,
    },
  ];
}

/** The node masks that kubeadm would bring back, in words, and the flag that it lacks. */
function maskDifferences(
  settings: ClusterSettings,
  { extraArgs }: KubeadmConfig,
  clusters: ClusterCIDR[],
): { words: string; flag: string }[] {
  const { nodeMasks } = settings;
  // A mask of ours alone says nothing about the cluster's.
  if (!nodeMasks.known || nodeMasks.source.startsWith('flag ')) return [];
  const defaults = { IPv4: '24', IPv6: '64' };
  return nodeMasks.value.flatMap(({ family, length }) => {
    const own = `node-cidr-mask-size-${family.toLowerCase()}`;
    const common = clusters.length === 1 ? extraArgs.get('node-cidr-mask-size') : undefined;
    const theirs = extraArgs.get(own) ?? common ?? defaults[family];
    if (theirs === String(length)) return [];
    const flag = `${clusters.length === 1 ? 'node-cidr-mask-size' : own}=${length}`;
    return [{ words: `node mask /${theirs} of ${family}, not /${length}`, flag }];
  });
}

function said({ clusterCIDRs }: ClusterSettings): string[] {
  return clusterCIDRs.known ? [`cluster CIDR ${texts(clusterCIDRs.value)}: ${clusterCIDRs.source}`] : [];
}

function texts(clusters: ClusterCIDR[]): string {
  return clusters.map(({ block }) => block.text).join(',');
}

/** Replaces the texts in the ConfigMap as it is, and starts anew what reads it. */
function edit(
  { namespace, name }: { namespace: string; name: string },
  changes: { from: string; to: string }[],
  daemonSet: string | undefined,
): string {
  const scripts = changes.map(({ from, to }) => `-e ${shellWord(`s|${from.replaceAll('.', '\\.')}|${to}|g`)}`);
  const replace = `kubectl -n ${namespace} get configmap ${name} -o yaml | sed ${scripts.join(' ')} | kubectl replace -f -`;
  return daemonSet === undefined
    ? replace
    : `${replace} && kubectl -n ${namespace} rollout restart daemonset ${daemonSet}`;
}
