import type { RawObject } from '../../model/json.ts';
import type { Reading } from '../../model/reading.ts';
import type { ClusterSettings, SettingFlags } from '../../model/settings.ts';
import { readClusterCIDRs } from './cluster-cidr.ts';
import { readControllerManager } from './controller-manager.ts';
import { readNodeMasks, readWrittenMasks } from './node-mask.ts';
import { readServiceCIDRs } from './service-range.ts';
import { findSetting, type SettingSource, unusable } from './source.ts';

/**
 * The cluster's settings: given on the command line, else read from kube-controller-manager's pods.
 * Throws Failure when what was given is wrong; what the cluster lacks is a reason.
 */
export function mergeSettings(flags: SettingFlags, pods: Reading<RawObject[]>): ClusterSettings {
  const source: SettingSource = { flags, controllerManager: readControllerManager(pods) };
  const clusterCIDRs = readClusterCIDRs(source);
  return {
    clusterCIDRs,
    nodeMasks: readNodeMasks(source, clusterCIDRs),
    writtenMasks: readWrittenMasks(source, clusterCIDRs),
    serviceCIDRs: readServiceCIDRs(source),
    allocateNodeCIDRs: readAllocateNodeCIDRs(source),
    allocatorType: readAllocatorType(source),
  };
}

/** Off unless the flag is there; the words are those of Go's strconv.ParseBool. */
function readAllocateNodeCIDRs(source: SettingSource): Reading<boolean> {
  const found = findSetting(source, 'allocate-node-cidrs');
  if (!found.known) return found;
  const { value: setting } = found;
  if (!setting) return { known: true, value: false, source: found.source };
  if (/^(1|t|T|TRUE|true|True)$/.test(setting.text)) return { known: true, value: true, source: setting.source };
  if (/^(0|f|F|FALSE|false|False)$/.test(setting.text)) return { known: true, value: false, source: setting.source };
  return unusable('allocate-node-cidrs', setting, 'is neither true nor false');
}

/** The default is that of nodeipam's options (cmd/kube-controller-manager/app/options: KubeCloudSharedConfiguration). */
function readAllocatorType(source: SettingSource): Reading<string> {
  const found = findSetting(source, 'cidr-allocator-type');
  return found.known ? { known: true, value: found.value?.text || 'RangeAllocator', source: found.source } : found;
}
