import type { ClusterSettings, SettingFlags } from '../../model/settings.ts';
import { givenSetting, type SettingName } from './names.ts';

/**
 * Where settings that were given say something else than the cluster itself, a sentence each: most likely one of them is a typing
 * error, and what is found then rests on it. `own`: the settings without those flags. Blocks are compared, not their spelling; a
 * part of the cluster's service ranges is no difference.
 */
export function settingDifferences(flags: SettingFlags, merged: ClusterSettings, own: ClusterSettings): string[] {
  return [
    ...clusterDifference(flags, merged, own),
    ...maskDifferences(flags, merged, own),
    ...serviceDifference(flags, merged, own),
  ];
}

function clusterDifference(flags: SettingFlags, merged: ClusterSettings, own: ClusterSettings): string[] {
  const given = flags.clusterCIDR;
  if (given === undefined || !merged.clusterCIDRs.known || !own.clusterCIDRs.known) return [];
  const [ours, theirs] = [merged.clusterCIDRs.value, own.clusterCIDRs.value].map((clusters) =>
    clusters.map(({ block }) => block.text).join(','),
  );
  const written = own.clusterCIDRs.value.map((cluster) => cluster.written).join(',');
  return ours === theirs ? [] : [sentence('cluster-cidr', given, written, own.clusterCIDRs.source)];
}

/** Family by family: a common size may differ in one alone. */
function maskDifferences(flags: SettingFlags, merged: ClusterSettings, own: ClusterSettings): string[] {
  const { writtenMasks: ours } = merged;
  const { writtenMasks: theirs } = own;
  if (!ours.known || !theirs.known) return [];
  return ours.value.flatMap(({ family, length }) => {
    const other = theirs.value.find((mask) => mask.family === family)?.length;
    if (other === undefined || other === length) return [];
    const name = `node-cidr-mask-size-${family === 'IPv4' ? 'ipv4' : 'ipv6'}` as const;
    const flag = givenSetting(flags, name) === undefined ? 'node-cidr-mask-size' : name;
    const sources = theirs.source.split(', ');
    const source = sources.find((one) => one.endsWith(name)) ?? sources[0] ?? theirs.source;
    return [sentence(flag, String(length), String(other), source)];
  });
}

function serviceDifference(flags: SettingFlags, merged: ClusterSettings, own: ClusterSettings): string[] {
  const given = flags.serviceClusterIPRange;
  if (given === undefined || !merged.serviceCIDRs.known || !own.serviceCIDRs.known) return [];
  const theirs = own.serviceCIDRs.value.map(({ text }) => text);
  return merged.serviceCIDRs.value.every(({ text }) => theirs.includes(text))
    ? []
    : [sentence('service-cluster-ip-range', given, theirs.join(','), own.serviceCIDRs.source)];
}

function sentence(name: SettingName, given: string, theirs: string, source: string): string {
  return `--${name} ${given} differs from ${theirs}${source.startsWith('default ') ? ', the' : ' of'} ${source}`;
}
