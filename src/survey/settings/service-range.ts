import type { Block } from '../../model/cidr.ts';
import type { Reading } from '../../model/reading.ts';
import { parseBlock, readSloppily } from '../../subnet/parse.ts';
import { findSetting, notASubnet, podOf, type SettingSource, unusable } from './source.ts';

/** --service-cluster-ip-range: one block, or two of different families; where it is not known, all ranges of ServiceCIDR objects. */
export function readServiceCIDRs(source: SettingSource): Reading<Block[]> {
  const flag = readFlag(source);
  return !flag.known && source.serviceRanges?.known ? source.serviceRanges : flag;
}

function readFlag(source: SettingSource): Reading<Block[]> {
  const found = findSetting(source, 'service-cluster-ip-range');
  if (!found.known) return found;
  const { value: setting } = found;
  if (!setting || (setting.text === '' && !setting.given)) {
    return { known: false, reason: `${podOf(source)} has no --service-cluster-ip-range` };
  }
  const blocks: Block[] = [];
  for (const written of setting.text.split(',')) {
    const parsed = parseBlock(written);
    const block = parsed.ok ? parsed.block : setting.given ? undefined : readSloppily(written);
    if (!block) {
      const reason = parsed.ok ? '' : parsed.reason;
      return unusable('service-cluster-ip-range', setting, notASubnet(setting.text, written, reason));
    }
    if (blocks.some(({ family }) => family === block.family)) {
      return unusable('service-cluster-ip-range', setting, `has two ${block.family} blocks: it takes one per family`);
    }
    blocks.push(block);
  }
  return { known: true, value: blocks, source: setting.source };
}
