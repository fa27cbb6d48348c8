import { flannelLease, recogniseFlannel } from '../../cni/flannel.ts';
import { isVirtualNode } from '../../cni/virtual-node.ts';
import { failingContainer } from '../../model/pod-state.ts';
import type { SurveyNode } from '../../model/survey.ts';
import { count } from '../../model/text.ts';
import { type Judge, NONE } from '../check.ts';
import { nodeNames, type View } from '../view.ts';
import { runsOn } from './placement.ts';
import { flannelPodOn, restartFlannel } from './restart.ts';

/** flannel has this long to start on a new node, in milliseconds. */
const YOUNG = 120_000;

/**
 * Nodes that flannel's peers do not know, where flannel should run. A node without a subnet, or whose flannel fails, is told by
 * another check.
 */
export const judgeFlannelAnnotationsMissing: Judge = (view) => {
  const { facts, nodes } = view;
  if (!nodes.some(({ node }) => recogniseFlannel(node)) && !isInstalled(view)) return NONE;
  if (!facts.flannelPlacements.known) return { skipped: facts.flannelPlacements.reason };
  const lacking = nodes.filter(({ node }) => shouldAnnounce(node, view) && flannelLease(node) === undefined);
  if (lacking.length === 0) return NONE;
  const names = nodeNames(lacking);
  return {
    findings: [
      {
        severity: 'error',
        nodes: names,
        subject: { kind: 'CNI', name: 'flannel' },
        message: `flannel's peers do not know ${count(names.length, 'node')}: ${names.length === 1 ? 'its annotations are' : 'their annotations are'} missing`,
        evidence: lacking.map(({ node }) => `${node.name}: ${whatIsMissing(node)}, ${podWords(view, node.name)}`),
        remedy: remedy(view, names),
      },
    ],
  };
};

function isInstalled({ facts }: View): boolean {
  return facts.flannelPlacements.known && facts.flannelPlacements.value.length > 0;
}

function shouldAnnounce(node: SurveyNode, { survey, facts }: View): boolean {
  const { flannelPlacements, flannelPods } = facts;
  if (!flannelPlacements.known || isVirtualNode(node) || node.deleting || node.podCIDRs.length === 0) return false;
  if (node.createdAt !== undefined && survey.now - node.createdAt < YOUNG) return false;
  const pods = flannelPods.known ? flannelPods.value : [];
  if (pods.some((pod) => pod.node === node.name && failingContainer(pod, survey.now))) return false;
  const placements = flannelPlacements.value;
  return placements.length > 0 ? placements.some((placement) => runsOn(placement, node)) : hasK3s(node);
}

/** In k3s flannel is a part of the server and the agent. */
function hasK3s({ annotations }: SurveyNode): boolean {
  return Object.keys(annotations).some((key) => key.startsWith('k3s.io/'));
}

function whatIsMissing(node: SurveyNode): string {
  return recogniseFlannel(node)
    ? 'no flannel.alpha.coreos.com/kube-subnet-manager: "true" with a backend-type'
    : 'no annotation of flannel';
}

function podWords({ facts }: View, node: string): string {
  if (!facts.flannelPods.known) return "flannel's pods are not known";
  const pod = facts.flannelPods.value.find((one) => one.node === node);
  return pod ? `pod ${pod.name} runs there` : 'no pod of flannel runs there';
}

/** A node without flannel's pod has another trouble than one whose pod does not announce it. */
function remedy(view: View, names: string[]): string {
  const [placement] = view.facts.flannelPlacements.known ? view.facts.flannelPlacements.value : [];
  const without = names.filter((name) => !flannelPodOn(view, name));
  if (placement === undefined || without.length < names.length) {
    return restartFlannel(
      view,
      names.filter((name) => placement === undefined || !without.includes(name)),
    );
  }
  const [namespace, name] = placement.source.replace(/^\w+ /, '').split('/');
  return `kubectl -n ${namespace} describe daemonset ${name}`;
}
