import type { RawObject } from '../../../src/model/json.ts';
import type { ClusterSettings } from '../../../src/model/settings.ts';
import type { ClusterSurvey, SurveyNode } from '../../../src/model/survey.ts';
import type { DrainVerdict } from '../../../src/plan/drain/verdict.ts';
import { parseBlock, readSloppily } from '../../../src/subnet/parse.ts';

/** A node with these subnets; the rest as given. */
export function node(name: string, podCIDRs: string[], rest: Partial<SurveyNode> = {}): SurveyNode {
  const raw: RawObject = {
    metadata: { name, uid: `uid-${name}`, resourceVersion: '7', annotations: rest.annotations ?? {} },
    spec: podCIDRs.length > 0 ? { podCIDR: podCIDRs[0], podCIDRs } : {},
  };
  return {
    name,
    uid: `uid-${name}`,
    createdAt: 0,
    deleting: false,
    finalizers: [],
    labels: {},
    annotations: {},
    taints: [],
    podCIDR: podCIDRs[0],
    podCIDRs,
    addresses: [],
    ready: 'True',
    podsCapacity: 110,
    raw,
    ...rest,
  };
}

function block(text: string) {
  const found = readSloppily(text);
  if (!found) throw new Error(`${text} is no block`);
  return found;
}

/** A survey of these nodes in a cluster with these settings. */
export function survey(
  nodes: SurveyNode[],
  { clusterCIDRs = ['10.244.0.0/16'], masks = [24], services = ['10.96.0.0/16'] } = {},
): ClusterSurvey {
  const source = 'test';
  const nodeMasks: ClusterSettings['nodeMasks'] = {
    known: true,
    source,
    value: clusterCIDRs.map((text, index) => ({ family: block(text).family, length: masks[index] ?? 24 })),
  };
  const settings: ClusterSettings = {
    clusterCIDRs: {
      known: true,
      source,
      value: clusterCIDRs.map((written) => ({ block: block(written), written, hostBits: !parseBlock(written).ok })),
    },
    nodeMasks,
    writtenMasks: nodeMasks,
    serviceCIDRs: { known: true, source, value: services.map(block) },
    allocateNodeCIDRs: { known: true, source, value: true },
    allocatorType: { known: true, source, value: 'RangeAllocator' },
  };
  return {
    origin: 'cluster',
    clusterUID: { known: true, source, value: 'cluster-uid' },
    now: 1_000_000,
    nodes,
    pods: { known: false, reason: 'not read' },
    settings,
    warnings: [],
  };
}

/** What a drain does where nothing is to be drained; the rest as given. */
export function verdict(rest: Partial<DrainVerdict> = {}): DrainVerdict {
  return { evict: [], refusal: undefined, warnings: [], daemonPods: [], staticPods: [], ...rest };
}
