import type { Break } from '../model/capacity.ts';
import type { Finding } from '../model/finding.ts';
import type { ClusterSettings } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { sizeOf } from '../subnet/family.ts';
import { usableAddresses } from '../subnet/occupancy.ts';
import { CATALOGUE } from './catalogue.ts';
import { runChecks } from './run.ts';

/**
 * What the settings of this survey would break: findings that its nodes do not have with the present settings, or that name
 * more nodes. Nothing is said about what is wrong either way.
 */
export function findBreaks(proposed: ClusterSurvey, present: ClusterSettings): Break[] {
  const now = runChecks({ ...proposed, settings: present }).findings;
  const raised = runChecks(proposed)
    .findings.filter((finding) => !isKnown(finding, now))
    .map(({ code, severity, nodes, message }) => ({ code, severity, nodes, message, harm: harmOf(code) }));
  return [...raised, ...tooSmall(proposed, present)];
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
