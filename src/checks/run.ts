import { leasesDecide } from '../cni/lease-place.ts';
import type { CheckReport, Finding, SkippedCheck } from '../model/finding.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import type { ClusterCode } from './catalogue.ts';
import type { Judge, Judgement, Uncoded } from './check.ts';
import { judgeClusterCIDRHostBits } from './cluster-cidr-host-bits.ts';
import { judgeClusterCIDROverlapsServices } from './cluster-cidr-overlaps-services.ts';
import { judgeFlannelAnnotationsMissing } from './flannel/annotations-missing.ts';
import { judgeFlannelBackendMixed } from './flannel/backend-mixed.ts';
import { judgeFlannelLeaseStale } from './flannel/lease-stale.ts';
import { judgeFlannelPodFailing } from './flannel/pod-failing.ts';
import { judgeFlannelPublicIPDuplicate } from './flannel/public-ip-duplicate.ts';
import { judgeFlannelPublicIPForeign } from './flannel/public-ip-foreign.ts';
import { judgeFlannelVtepMACDuplicate } from './flannel/vtep-mac-duplicate.ts';
import { judgeAllocationFailed } from './history/allocation-failed.ts';
import { judgeDependentUnowned } from './history/dependent-unowned.ts';
import { judgeNodeMaskInvalid } from './node-mask-invalid.ts';
import { judgeMachineIDDuplicate } from './nodes/machine-id-duplicate.ts';
import { judgeNetworkUnavailable } from './nodes/network-unavailable.ts';
import { judgeNodeAddressDuplicate } from './nodes/node-address-duplicate.ts';
import { judgeNodeTaintStuck } from './nodes/node-taint-stuck.ts';
import { judgeOperationInterrupted } from './operation-interrupted.ts';
import { sortFindings } from './order.ts';
import { judgePodAddressDuplicate } from './pods/pod-address-duplicate.ts';
import { judgePodSandboxFailed } from './pods/pod-sandbox-failed.ts';
import { judgePodStray } from './pods/pod-stray.ts';
import { judgePoolExhausted } from './pool-exhausted.ts';
import { judgePoolNearlyExhausted } from './pool-nearly-exhausted.ts';
import { roomFirst } from './room-remedy.ts';
import { withSettings } from './setting-remedy.ts';
import { judgeAllocationDisabled } from './settings/allocation-disabled.ts';
import { judgeAllocatorsConflict } from './settings/allocators-conflict.ts';
import { judgeClusterCIDRMismatch } from './settings/cluster-cidr-mismatch.ts';
import { ignoredReason, judgeCNIIgnoresPodCIDR } from './settings/cni-ignores-pod-cidr.ts';
import { judgeControllerManagerDown } from './settings/controller-manager-down.ts';
import { judgeSubnetDuplicate } from './subnet-duplicate.ts';
import { judgeSubnetFamilyMissing } from './subnet-family-missing.ts';
import { judgeSubnetMalformed } from './subnet-malformed.ts';
import { judgeSubnetMaskDiffers } from './subnet-mask-differs.ts';
import { judgeSubnetMissing } from './subnet-missing.ts';
import { judgeSubnetNearlyFull } from './subnet-nearly-full.ts';
import { judgeSubnetOutsideClusterCIDR } from './subnet-outside-cluster-cidr.ts';
import { judgeSubnetOutsideCNINetwork } from './subnet-outside-cni-network.ts';
import { judgeSubnetOverlap } from './subnet-overlap.ts';
import { judgeSubnetOverlapsNodeAddress } from './subnet-overlaps-node-address.ts';
import { judgeSubnetOverlapsServices } from './subnet-overlaps-services.ts';
import { judgeSubnetTooSmall } from './subnet-too-small.ts';
import { viewSurvey } from './view.ts';

const JUDGES: Record<ClusterCode, Judge> = {
  SubnetMissing: judgeSubnetMissing,
  SubnetMalformed: judgeSubnetMalformed,
  SubnetDuplicate: judgeSubnetDuplicate,
  SubnetOverlap: judgeSubnetOverlap,
  SubnetOutsideClusterCIDR: judgeSubnetOutsideClusterCIDR,
  SubnetMaskDiffers: judgeSubnetMaskDiffers,
  SubnetOverlapsServices: judgeSubnetOverlapsServices,
  SubnetOverlapsNodeAddress: judgeSubnetOverlapsNodeAddress,
  SubnetFamilyMissing: judgeSubnetFamilyMissing,
  PoolExhausted: judgePoolExhausted,
  PoolNearlyExhausted: judgePoolNearlyExhausted,
  SubnetTooSmall: judgeSubnetTooSmall,
  SubnetNearlyFull: judgeSubnetNearlyFull,
  ClusterCIDRHostBits: judgeClusterCIDRHostBits,
  NodeMaskInvalid: judgeNodeMaskInvalid,
  ClusterCIDROverlapsServices: judgeClusterCIDROverlapsServices,
  OperationInterrupted: judgeOperationInterrupted,
  SubnetOutsideCNINetwork: judgeSubnetOutsideCNINetwork,
  AllocationDisabled: judgeAllocationDisabled,
  ClusterCIDRMismatch: judgeClusterCIDRMismatch,
  ControllerManagerDown: judgeControllerManagerDown,
  AllocatorsConflict: judgeAllocatorsConflict,
  CNIIgnoresPodCIDR: judgeCNIIgnoresPodCIDR,
  NodeAddressDuplicate: judgeNodeAddressDuplicate,
  MachineIDDuplicate: judgeMachineIDDuplicate,
  NodeTaintStuck: judgeNodeTaintStuck,
  NetworkUnavailable: judgeNetworkUnavailable,
  AllocationFailed: judgeAllocationFailed,
  DependentUnowned: judgeDependentUnowned,
  PodStray: judgePodStray,
  PodAddressDuplicate: judgePodAddressDuplicate,
  PodSandboxFailed: judgePodSandboxFailed,
  FlannelAnnotationsMissing: judgeFlannelAnnotationsMissing,
  FlannelPublicIPDuplicate: judgeFlannelPublicIPDuplicate,
  FlannelVtepMACDuplicate: judgeFlannelVtepMACDuplicate,
  FlannelBackendMixed: judgeFlannelBackendMixed,
  FlannelPublicIPForeign: judgeFlannelPublicIPForeign,
  FlannelPodFailing: judgeFlannelPodFailing,
  FlannelLeaseStale: judgeFlannelLeaseStale,
};

/** Judged whatever the CNI does with subnets. */
const ALWAYS: ClusterCode[] = ['CNIIgnoresPodCIDR', 'OperationInterrupted', 'FlannelLeaseStale'];
/** Judged by flannel's leases in etcd where they decide. */
const BY_LEASES: ClusterCode[] = ['PodStray', 'PodAddressDuplicate'];

/**
 * Runs the checks over a survey. Checks never silence one another, but where the CNI ignores subnets nothing else is judged, and
 * the others are told as skipped. Findings come by severity, code and subject, whatever the order of the nodes.
 */
export function runChecks(survey: ClusterSurvey, options: { codes?: ClusterCode[] } = {}): CheckReport {
  const view = viewSurvey(survey);
  const findings: Finding[] = [];
  const skipped: SkippedCheck[] = [];
  const codes = options.codes ?? (Object.keys(JUDGES) as ClusterCode[]);
  // Nobody asks for the CNI where only columns of a list are made.
  const asked = view.facts.cnis.known || codes.includes('CNIIgnoresPodCIDR');
  const [ignored] = asked ? findingsOf(judgeCNIIgnoresPodCIDR(view)) : [];
  const judged = leasesDecide(view.facts) ? [...ALWAYS, ...BY_LEASES] : ALWAYS;
  for (const code of codes) {
    if (ignored && !judged.includes(code)) {
      skipped.push({ code, reason: ignoredReason(ignored) });
      continue;
    }
    const judgement = JUDGES[code](view);
    if (judgement.skipped !== undefined) skipped.push({ code, reason: judgement.skipped });
    findings.push(...findingsOf(judgement).map((finding) => ({ code, ...finding })));
  }
  const cured = roomFirst(findings, view).map((one) => ({ ...one, remedy: withSettings(one.remedy, view) }));
  return { findings: sortFindings(cured), skipped };
}

function findingsOf(judgement: Judgement): Uncoded[] {
  return 'findings' in judgement ? judgement.findings : [];
}

/** The codes of each node that has findings, in the order of the report, each once. */
export function codesByNode({ findings }: CheckReport): Map<string, string[]> {
  const codes = new Map<string, string[]>();
  for (const { code, nodes } of findings) {
    for (const name of nodes) {
      const known = codes.get(name) ?? [];
      if (!known.includes(code)) codes.set(name, [...known, code]);
    }
  }
  return codes;
}
