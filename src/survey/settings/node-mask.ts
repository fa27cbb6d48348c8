import type { Block, Family } from '../../model/cidr.ts';
import type { Reading } from '../../model/reading.ts';
import type { ClusterCIDR, NodeMask } from '../../model/settings.ts';
import { BITS } from '../../subnet/family.ts';
import type { SettingName } from './names.ts';
import { findSetting, type SettingSource, type SettingText, unusable } from './source.ts';

/** What kube-controller-manager takes when no flag is there (cmd/kube-controller-manager/app/core.go: defaultNodeMaskCIDR…). */
const DEFAULTS: Record<Family, number> = { IPv4: 24, IPv6: 64 };

const OF_FAMILY: Record<Family, SettingName> = {
  IPv4: 'node-cidr-mask-size-ipv4',
  IPv6: 'node-cidr-mask-size-ipv6',
};

/**
 * The node mask of each family of the cluster CIDR, in its order: the family's own flag, else --node-cidr-mask-size (one size,
 * or a list in the order of --cluster-cidr), else the default. Given on the command line beats the cluster's, whatever the flag.
 */
export function readNodeMasks(source: SettingSource, clusterCIDRs: Reading<ClusterCIDR[]>): Reading<NodeMask[]> {
  checkGiven(source);
  if (!clusterCIDRs.known) return clusterCIDRs;
  const masks: NodeMask[] = [];
  const sources = new Set<string>();
  for (const [position, { block }] of clusterCIDRs.value.entries()) {
    const read = readOne(source, block, position, clusterCIDRs.value.length);
    if (!read.known) return read;
    masks.push({ family: block.family, length: read.value });
    sources.add(read.source);
  }
  return { known: true, value: masks, source: [...sources].join(', ') };
}

function readOne(source: SettingSource, cluster: Block, position: number, families: number): Reading<number> {
  const names = [OF_FAMILY[cluster.family], 'node-cidr-mask-size'] as const;
  const found = names.map((name) => ({ name, read: findSetting(source, name) }));
  for (const given of [true, false]) {
    for (const { name, read } of found) {
      if (!read.known && !given) return read;
      if (!read.known || read.value?.given !== given) continue;
      // kube-controller-manager takes an explicit 0 for "not set".
      if (!given && read.value.text === '0') continue;
      return length(name, read.value, cluster, name === 'node-cidr-mask-size' ? position : 0, families);
    }
  }
  if (!source.controllerManager.known) return source.controllerManager;
  return { known: true, value: DEFAULTS[cluster.family], source: 'default of kube-controller-manager' };
}

function length(
  name: SettingName,
  setting: SettingText,
  cluster: Block,
  position: number,
  families: number,
): Reading<number> {
  const parts = setting.text.split(',');
  if (name === 'node-cidr-mask-size' && parts.length !== families) {
    const example = families === 1 ? 'one size' : 'one size a family in the order of --cluster-cidr, like 24,64';
    return unusable(
      name,
      setting,
      `does not fit a cluster CIDR of ${families} ${families === 1 ? 'family' : 'families'}: write ${example}`,
    );
  }
  const text = parts[position] ?? '';
  const problem = badLength(text, cluster.family);
  if (problem) return unusable(name, setting, problem);
  const value = Number(text);
  if (value < cluster.prefix) {
    return unusable(
      name,
      setting,
      `is shorter than the prefix of the cluster CIDR ${cluster.text}: it must be ${cluster.prefix} to ${BITS[cluster.family]}`,
    );
  }
  return { known: true, value, source: setting.source };
}

function badLength(text: string, family: Family): string | undefined {
  const most = BITS[family];
  return /^(0|[1-9]\d{0,2})$/.test(text) && Number(text) > 0 && Number(text) <= most
    ? undefined
    : `is not a prefix length of ${family}: write a whole number from 1 to ${most}, like ${DEFAULTS[family]}`;
}

/** What is given must be right even where the cluster CIDR is not known and nothing is made of it. */
function checkGiven(source: SettingSource): void {
  for (const [name, families] of [
    ['node-cidr-mask-size-ipv4', ['IPv4']],
    ['node-cidr-mask-size-ipv6', ['IPv6']],
    ['node-cidr-mask-size', ['IPv6', 'IPv6']],
  ] as const) {
    const found = findSetting(source, name);
    if (!found.known || !found.value?.given) continue;
    const parts = found.value.text.split(',');
    const problem = parts.length > families.length ? 'has too many sizes: it takes one a family' : undefined;
    const bad = problem ?? parts.map((part, at) => badLength(part, families[at] ?? 'IPv4')).find((words) => words);
    if (bad) unusable(name, found.value, bad);
  }
}
