import type { Break } from '../model/capacity.ts';
import { NO_FACTS } from '../model/cluster-facts.ts';
import type { Finding, SkippedCheck } from '../model/finding.ts';
import type { ClusterSettings } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { sizeOf } from '../subnet/family.ts';
import { usableAddresses } from '../subnet/occupancy.ts';
import { CATALOGUE, type ClusterCode } from './catalogue.ts';
import { runChecks } from './run.ts';
import { mismatchHarm } from './settings/mismatch-harm.ts';

/** Checks that look at settings which flags of ours can change. */
export const BREAKABLE: ClusterCode[] = [
  'SubnetOutsideClusterCIDR',
  'SubnetMaskDiffers',
  'SubnetOverlapsServices',
  'SubnetFamilyMissing',
  'SubnetOutsideCNINetwork',
  'PoolExhausted',
  'PoolNearlyExhausted',
  'SubnetTooSmall',
  'ClusterCIDRHostBits',
  'ClusterCIDRMismatch',
  'ClusterCIDROverlapsServices',
  'NodeMaskInvalid',
];

/** What would break, and what could not be judged. */
export interface Breaks {
  breaks: Break[];
  skipped: SkippedCheck[];
}

/**
 * What the settings of this survey would break: findings that its nodes do not have with the present settings, or that name
 * more nodes. Nothing is said about what is wrong either way.
 */
export function findBreaks(survey: ClusterSurvey, present: ClusterSettings): Breaks {
  const { facts = NO_FACTS, settings } = survey;
  const allocates = !settings.allocateNodeCIDRs.known || settings.allocateNodeCIDRs.value;
  // What hands out subnets looks at them whatever the CNI does (range_allocator.go:occupyCIDRs).
  const asked = allocates ? { ...survey, facts: { ...facts, cnis: NO_FACTS.cnis } } : survey;
  const now = runChecks({ ...asked, settings: present }, { codes: BREAKABLE }).findings;
  const then = runChecks(asked, { codes: BREAKABLE });
  const raised = then.findings
    .filter((finding) => !isKnown(finding, now))
    .map(({ code, severity, nodes, message, subject }) => {
      const harm = code === 'ClusterCIDRMismatch' ? mismatchHarm(subject) : harmOf(code);
      return { code, severity, nodes, message, harm };
    });
  return { breaks: [...raised, ...tooSmall(survey, present)], skipped: then.skipped };
}

/** Nodes keep the subnets that they have: only of new ones it can be said that theirs hold too few pods. */
function tooSmall({ nodes, settings }: ClusterSurvey, present: ClusterSettings): Break[] {
  const most = Math.max(0, ...nodes.map(({ podsCapacity }) => podsCapacity ?? 0));
  const [least] = podsOf(settings).sort((a, b) => (a < b ? -1 : 1));
  const before = podsOf(present);
  if (least === undefined || least >= BigInt(most) || before.some((pods) => pods <= least)) return [];
  const message = `new nodes get a subnet with addresses for ${least} pods, and nodes take up to ${most}`;
  return [{ code: 'SubnetTooSmall', severity: 'info', nodes: [], message, harm: harmOf('SubnetTooSmall') }];
}

function podsOf({ nodeMasks }: ClusterSettings): bigint[] {
  return nodeMasks.known ? nodeMasks.value.map(({ family, length }) => usableAddresses(sizeOf(family, length))) : [];
}

function harmOf(code: string): string {
  return Object.entries(CATALOGUE).find(([one]) => one === code)?.[1].harm ?? '';
}

function isKnown({ code, subject, nodes }: Finding, now: Finding[]): boolean {
  const same = now.filter((finding) => finding.code === code && finding.subject.name === subject.name);
  const named = new Set(same.flatMap((finding) => finding.nodes));
  return same.length > 0 && nodes.every((name) => named.has(name));
}
