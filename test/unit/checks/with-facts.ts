import type { ClusterCode } from '../../../src/checks/catalogue.ts';
import { runChecks } from '../../../src/checks/run.ts';
import { type ClusterFacts, NO_FACTS } from '../../../src/model/cluster-facts.ts';
import type { CheckReport } from '../../../src/model/finding.ts';
import type { ContainerState, WatchedPod } from '../../../src/model/pod-state.ts';
import type { SettingFlags } from '../../../src/model/settings.ts';
import type { ClusterSurvey, SurveyNode } from '../../../src/model/survey.ts';
import { NOW, surveyOf } from './support.ts';

/** What one check says of nodes and of facts that are put together by hand. */
export function judge(
  code: ClusterCode,
  nodes: SurveyNode[],
  facts: Partial<ClusterFacts>,
  flags: SettingFlags = {},
  more: Partial<ClusterSurvey> = {},
): CheckReport {
  const survey = { ...surveyOf(nodes, flags), facts: { ...NO_FACTS, ...facts }, ...more };
  return runChecks(survey, { codes: [code] });
}

/** A container that waits after a failure. */
export function crashing(name: string, more: Partial<ContainerState> = {}): ContainerState {
  return {
    name,
    ready: false,
    restarts: 7,
    waiting: { reason: 'CrashLoopBackOff', message: '' },
    running: false,
    ended: { code: 1, reason: 'Error', at: NOW - 1000, lived: 500 },
    ...more,
  };
}

/** A pod whose only container fails; `lines`: its log, none where undefined. */
export function failingPod(
  name: string,
  node: string,
  container: ContainerState,
  lines: string[] | undefined,
  problem?: string,
): WatchedPod {
  const log = { pod: name, container: container.name, lines: lines ?? [], problem };
  return { name, node, containers: [container], logs: lines || problem ? [log] : [] };
}
