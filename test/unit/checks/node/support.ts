import { readFileSync } from 'node:fs';
import { type Agent, type ExpectedNode, expectedNode, peersOf } from '../../../../src/checks/node/expected.ts';
import type { Finding } from '../../../../src/model/finding.ts';
import type { NodeFacts, NodeLink, NodeRoute } from '../../../../src/model/node-facts.ts';
import type { SurveyNode } from '../../../../src/model/survey.ts';
import { readNode } from '../../../../src/survey/nodes.ts';
import { recordedFacts } from '../../host/recorded.ts';

const AGENT: Agent = {
  cni: 'flannel',
  namespace: 'kube-flannel',
  name: 'kube-flannel-ds-x',
  container: 'kube-flannel',
  running: true,
};

/** The Nodes of a real cluster, as they were when facts of one were recorded under this name. */
function recordedNodes(name: string): SurveyNode[] {
  const text = readFileSync(new URL(`../../../fixtures/node/${name}.nodes.json`, import.meta.url), 'utf8');
  return JSON.parse(text).items.map(readNode);
}

/** A node of a real cluster, with what can be changed about it before it is judged. */
export interface Scene {
  facts: NodeFacts;
  nodes: SurveyNode[];
  agents: Agent[];
  podAddresses: string[] | undefined;
}

export function sceneOf(name: string, node = 'n2'): Scene {
  return { facts: recordedFacts(name, node), nodes: recordedNodes(name), agents: [AGENT], podAddresses: undefined };
}

export function expectedOf({ facts, nodes, agents, podAddresses }: Scene): ExpectedNode {
  const own = nodes.find(({ name }) => name === facts.node);
  if (!own) throw new Error(`no node ${facts.node}`);
  return expectedNode(own, peersOf({ nodes }), agents, podAddresses);
}

/** The scene with other values of readings that are known. */
export function withFacts(scene: Scene, values: { [Key in keyof NodeFacts]?: unknown }): Scene {
  const entries = Object.entries(values).map(([key, value]) => [key, { known: true, value, source: 'test' }]);
  return { ...scene, facts: { ...scene.facts, ...Object.fromEntries(entries) } };
}

function known<Key extends 'links' | 'routes' | 'forwarding' | 'neighbours'>({ facts }: Scene, key: Key) {
  const reading = facts[key];
  if (!reading.known) throw new Error(reading.reason);
  return reading.value as Extract<NodeFacts[Key], { known: true }>['value'];
}

export function withLink(scene: Scene, name: string, change: Partial<NodeLink> | undefined): Scene {
  const links = known(scene, 'links').flatMap((link) =>
    link.name !== name ? [link] : change ? [{ ...link, ...change }] : [],
  );
  return withFacts(scene, { links });
}

/** The routes that `keep` leaves, and others. */
export function withRoutes(scene: Scene, keep: (route: NodeRoute) => boolean, ...more: Partial<NodeRoute>[]): Scene {
  const added = more.map((route) => ({
    family: 'IPv4',
    via: undefined,
    dev: undefined,
    type: 'unicast',
    metric: undefined,
    ...route,
  }));
  return withFacts(scene, { routes: [...known(scene, 'routes').filter(keep), ...added] });
}

export function withForwarding(
  scene: Scene,
  change: (entry: { mac: string; dst: string | undefined }) => object[],
): Scene {
  return withFacts(scene, { forwarding: known(scene, 'forwarding').flatMap(change) });
}

export function withNeighbours(scene: Scene, change: (entry: { address: string; mac: string }) => object[]): Scene {
  return withFacts(scene, { neighbours: known(scene, 'neighbours').flatMap(change) });
}

/** The scene with one Node changed: its subnets, its annotations (undefined: taken off). */
export function withNode(
  scene: Scene,
  name: string,
  { podCIDRs, annotations }: { podCIDRs?: string[]; annotations?: Record<string, string | undefined> },
): Scene {
  const nodes = scene.nodes.map((node) => {
    if (node.name !== name) return node;
    const all = { ...node.annotations, ...annotations };
    const kept = Object.fromEntries(
      Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
    return { ...node, annotations: kept, podCIDRs: podCIDRs ?? node.podCIDRs };
  });
  return { ...scene, nodes };
}

export function codesOf(findings: Finding[]): string[] {
  return findings.map(({ code }) => code);
}
