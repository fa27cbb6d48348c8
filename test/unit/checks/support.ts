import { readFileSync } from 'node:fs';
import type { ClusterSettings, SettingFlags } from '../../../src/model/settings.ts';
import type { ClusterSurvey, SurveyNode } from '../../../src/model/survey.ts';
import { readNode } from '../../../src/survey/nodes.ts';
import { mergeSettings } from '../../../src/survey/settings/merge.ts';
import { surveyDump } from '../../../src/survey/survey-dump.ts';

export const NOW = Date.parse('2026-11-20T09:30:00Z');

/** The survey of a dump below test/fixtures. */
export function surveyFixture(path: string, flags: SettingFlags = {}): ClusterSurvey {
  const text = readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8');
  return surveyDump([{ file: path, text }], flags);
}

export interface NodeSpec {
  labels?: Record<string, string>;
  createdAt?: string;
  addresses?: [type: string, address: string][];
  flannel?: boolean;
}

/** A node with these subnets. */
export function nodeWith(name: string, podCIDRs: string[], spec: NodeSpec = {}): SurveyNode {
  return readNode({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: `uid-${name}`,
      labels: spec.labels ?? {},
      annotations: spec.flannel === false ? {} : { 'flannel.alpha.coreos.com/backend-type': 'vxlan' },
      ...(spec.createdAt === undefined ? {} : { creationTimestamp: spec.createdAt }),
    },
    spec: podCIDRs.length > 0 ? { podCIDR: podCIDRs[0] ?? '', podCIDRs } : {},
    status: { addresses: (spec.addresses ?? []).map(([type, address]) => ({ type, address })) },
  });
}

function settings(flags: SettingFlags = {}): ClusterSettings {
  return mergeSettings(flags, { known: false, reason: 'nobody asked' });
}

export function surveyOf(nodes: SurveyNode[], flags: SettingFlags = {}): ClusterSurvey {
  return {
    origin: 'dump',
    clusterUID: { known: false, reason: '' },
    now: NOW,
    nodes,
    pods: { known: false, reason: 'pods were not asked for' },
    settings: settings(flags),
    warnings: [],
  };
}
