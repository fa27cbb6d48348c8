import type { Block, Family } from '../../model/cidr.ts';
import { quote } from '../../model/quote.ts';
import type { Reading } from '../../model/reading.ts';
import type { ClusterCIDR, NodeMask } from '../../model/settings.ts';
import { BITS } from '../../subnet/family.ts';
import type { SettingName } from './names.ts';
import { findSetting, type SettingSource, type SettingText, unusable } from './source.ts';

/** What kube-controller-manager takes when no flag is there (cmd/kube-controller-manager/app/core.go: defaultNodeMaskCIDR…). */
const DEFAULTS: Record<Family, number> = { IPv4: 24, IPv6: 64 };

const COMMON = 'node-cidr-mask-size';

const OF_FAMILY: Record<Family, SettingName> = {
  IPv4: 'node-cidr-mask-size-ipv4',
  IPv6: 'node-cidr-mask-size-ipv6',
};

/**
 * The node mask of each family of the cluster CIDR, in its order: the family's own flag, else --node-cidr-mask-size (one size,
 * or a list in the order of --cluster-cidr), else the default. Given on the command line beats the cluster's, whatever the flag.
 */
export function readNodeMasks(source: SettingSource, clusterCIDRs: Reading<ClusterCIDR[]>): Reading<NodeMask[]> {
  checkGiven(source, clusterCIDRs);
  return readMasks(source, clusterCIDRs, roomy);
}

/** The same without asking whether the cluster CIDR has room for them: what kube-controller-manager is set to. */
export function readWrittenMasks(source: SettingSource, clusterCIDRs: Reading<ClusterCIDR[]>): Reading<NodeMask[]> {
  return readMasks(source, clusterCIDRs, (mask) => mask);
}

type KnownLength = Extract<Reading<number>, { known: true }>;

/** Judges a length that was read, against the cluster CIDR of its family. */
type Judge = (mask: KnownLength, source: SettingSource, cluster: Block) => Reading<number>;

function readMasks(source: SettingSource, clusterCIDRs: Reading<ClusterCIDR[]>, judge: Judge): Reading<NodeMask[]> {
  if (!clusterCIDRs.known) return clusterCIDRs;
  const masks: NodeMask[] = [];
  const sources = new Set<string>();
  for (const [position, { block }] of clusterCIDRs.value.entries()) {
    const found = readOne(source, block, position, clusterCIDRs.value.length);
    const read = found.known ? judge(found, source, block) : found;
    if (!read.known) return read;
    masks.push({ family: block.family, length: read.value });
    sources.add(read.source);
  }
  return { known: true, value: masks, source: [...sources].join(', ') };
}

function readOne(source: SettingSource, cluster: Block, position: number, families: number): Reading<number> {
  const names = [OF_FAMILY[cluster.family], COMMON] as const;
  const found = names.map((name) => ({ name, read: findSetting(source, name) }));
  for (const given of [true, false]) {
    for (const { name, read } of found) {
      if (!read.known && !given) return read;
      if (!read.known || read.value?.given !== given) continue;
      // kube-controller-manager takes an explicit 0 for "not set".
      if (!given && read.value.text === '0') continue;
      const text = partOf(name, read.value, position, families);
      if (typeof text !== 'string') return text;
      const problem = badLength(text, cluster.family) ?? (given ? shorter(Number(text), cluster) : undefined);
      if (problem) return unusable(name, read.value, problem);
      return { known: true, value: Number(text), source: read.value.source };
    }
  }
  if (!source.controllerManager.known) return source.controllerManager;
  return { known: true, value: DEFAULTS[cluster.family], source: 'default of kube-controller-manager' };
}

/** The size of this position; a family's own flag has one alone. */
function partOf(name: SettingName, setting: SettingText, position: number, families: number): string | Reading<never> {
  if (name !== COMMON) return setting.text;
  const parts = setting.text.split(',');
  if (parts.length === families) return parts[position] ?? '';
  const example = families === 1 ? 'one size' : 'one size per family in the order of --cluster-cidr, like 24,64';
  const cluster = `a cluster CIDR of ${families} ${families === 1 ? 'family' : 'families'}`;
  return unusable(name, setting, `does not fit ${cluster}: write ${example}`);
}

function badLength(text: string, family: Family | undefined): string | undefined {
  const most = BITS[family ?? 'IPv6'];
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= most) return undefined;
  return family === undefined
    ? 'is not a prefix length: write a whole number like 24 for IPv4 (1 to 32) or 64 for IPv6 (1 to 128)'
    : `is not a prefix length of ${family}: write a whole number from 1 to ${most}, like ${DEFAULTS[family]}`;
}

function shorter(length: number, { prefix, text, family }: Block): string | undefined {
  return length < prefix
    ? `is shorter than the prefix of the cluster CIDR ${text}: it must be ${prefix} to ${BITS[family]}`
    : undefined;
}

/** A node mask that nobody gave: the cluster CIDR must have room for it, or the cluster CIDR is what is wrong. */
function roomy(mask: KnownLength, source: SettingSource, { prefix, text, family }: Block): Reading<number> {
  const cluster = findSetting(source, 'cluster-cidr');
  if (mask.value >= prefix || !cluster.known || cluster.value === undefined) return mask;
  return unusable(
    'cluster-cidr',
    cluster.value,
    `has no room for a node: ${text} is smaller than the node mask /${mask.value} (${mask.source}); give a larger cluster CIDR, or ${prefix} to ${BITS[family]} with --${COMMON}`,
  );
}

/**
 * What is given must be right even where the cluster CIDR is not known and nothing is made of it, and must not contradict
 * itself: kube-controller-manager refuses the same (cmd/kube-controller-manager/app/core.go:setNodeCIDRMaskSizes), but for a
 * list of sizes, which it does not know.
 */
function checkGiven(source: SettingSource, clusterCIDRs: Reading<ClusterCIDR[]>): void {
  const clusters = clusterCIDRs.known ? clusterCIDRs.value.map(({ block }) => block) : undefined;
  const common = givenOne(source, COMMON);
  if (common !== undefined) {
    const parts = common.text.split(',');
    if (parts.length > 2) unusable(COMMON, common, 'has too many sizes: it takes one per family');
    const bad = parts.map((part, at) => badLength(part, clusters?.[at]?.family)).find((words) => words);
    if (bad) unusable(COMMON, common, bad);
  }
  for (const family of ['IPv4', 'IPv6'] as const) {
    const name = OF_FAMILY[family];
    const own = givenOne(source, name);
    if (own === undefined) continue;
    const bad = badLength(own.text, family);
    if (bad) unusable(name, own, bad);
    if (common !== undefined) {
      unusable(
        name,
        own,
        `contradicts --${COMMON} ${quote(common.text)}: kube-controller-manager takes one of the two`,
      );
    }
    if (clusters?.every((block) => block.family !== family)) {
      const texts = clusters.map(({ text }) => text).join(',');
      unusable(name, own, `does not fit --cluster-cidr ${texts}, which has no ${family}`);
    }
  }
}

function givenOne(source: SettingSource, name: SettingName): SettingText | undefined {
  const found = findSetting(source, name);
  return found.known && found.value?.given ? found.value : undefined;
}
