import type { Reading } from '../../model/reading.ts';
import type { ClusterCIDR } from '../../model/settings.ts';
import { parseBlock, readSloppily } from '../../subnet/parse.ts';
import { findSetting, notASubnet, podOf, type SettingSource, type SettingText, unusable } from './source.ts';

/**
 * --cluster-cidr: one block per family, at most two. Host bits are dropped as kube-controller-manager drops them; given on the
 * command line nothing else may be sloppy.
 */
export function readClusterCIDRs(source: SettingSource): Reading<ClusterCIDR[]> {
  const found = findSetting(source, 'cluster-cidr');
  if (!found.known) return found;
  if (!found.value?.text && !found.value?.given) {
    return { known: false, reason: `${podOf(source)} has no --cluster-cidr` };
  }
  const { value: setting } = found;
  const blocks: ClusterCIDR[] = [];
  for (const written of setting.text.split(',')) {
    const read = readOne(written, setting);
    if (typeof read === 'string') return unusable('cluster-cidr', setting, read);
    if (blocks.some(({ block }) => block.family === read.block.family)) {
      return unusable('cluster-cidr', setting, `has two ${read.block.family} blocks: it takes one per family`);
    }
    blocks.push(read);
  }
  return { known: true, value: blocks, source: setting.source };
}

function readOne(written: string, { text, given }: SettingText): ClusterCIDR | string {
  const parsed = parseBlock(written);
  if (parsed.ok) return { block: parsed.block, written, hostBits: false };
  if (parsed.masked) return { block: parsed.masked, written, hostBits: true };
  const sloppy = given ? undefined : readSloppily(written);
  if (sloppy) return { block: sloppy, written, hostBits: false };
  return notASubnet(text, written, parsed.reason);
}
