import type { RawObject } from '../../model/json.ts';
import type { Reading } from '../../model/reading.ts';
import type { ClusterSettings, Disagreement, SettingFlags } from '../../model/settings.ts';
import { readClusterCIDRs } from './cluster-cidr.ts';
import { type ControllerManager, readControllerManager } from './controller-manager.ts';
import { kubeadmControllerManager } from './kubeadm-config.ts';
import { SETTING_NAMES } from './names.ts';
import { readNodeArgs } from './node-args.ts';
import { readNodeMasks, readWrittenMasks } from './node-mask.ts';
import { readServiceRanges } from './service-cidr-objects.ts';
import { readServiceCIDRs } from './service-range.ts';
import { findSetting, type SettingSource, unusable } from './source.ts';

/** Where settings stand beside kube-controller-manager's pods; what was not read is left out. */
export interface OtherSources {
  /** k3s and rke2 servers carry their arguments. */
  nodes?: RawObject[];
  kubeadmConfig?: Reading<RawObject[]>;
  serviceCIDRs?: Reading<RawObject[]>;
}

/**
 * The cluster's settings: given on the command line, else read from kube-controller-manager's pods, else from where the cluster
 * says it otherwise. Throws Failure when what was given is wrong; what the cluster lacks is a reason.
 */
export function mergeSettings(
  flags: SettingFlags,
  pods: Reading<RawObject[]>,
  others: OtherSources = {},
): ClusterSettings {
  const controllerManager = whoever(readControllerManager(pods), others);
  const source: SettingSource = {
    flags,
    controllerManager,
    ...(others.serviceCIDRs ? { serviceRanges: readServiceRanges(others.serviceCIDRs) } : {}),
  };
  const clusterCIDRs = readClusterCIDRs(source);
  return {
    clusterCIDRs,
    nodeMasks: readNodeMasks(source, clusterCIDRs),
    writtenMasks: readWrittenMasks(source, clusterCIDRs),
    serviceCIDRs: readServiceCIDRs(source),
    allocateNodeCIDRs: readAllocateNodeCIDRs(source),
    allocatorType: readAllocatorType(source),
    disagreements: disagreements(controllerManager),
  };
}

/** The pods themselves; where there is none to be seen, the servers that contain it, or what kubeadm would start it with. */
function whoever(pods: Reading<ControllerManager>, others: OtherSources): Reading<ControllerManager> {
  if (pods.known) return pods;
  const servers = readNodeArgs(others.nodes ?? []);
  if (servers.known) return servers;
  const kubeadm = others.kubeadmConfig && kubeadmControllerManager(others.kubeadmConfig);
  return kubeadm?.known ? kubeadm : pods;
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

/** Flags on which replicas of kube-controller-manager disagree, with what each says. */
function disagreements(controllerManager: Reading<ControllerManager>): Disagreement[] {
  if (!controllerManager.known) return [];
  return SETTING_NAMES.map((name) => ({ name, said: controllerManager.value.said(name) })).filter(
    ({ said }) => new Set(said.map(({ value }) => value)).size > 1,
  );
}
