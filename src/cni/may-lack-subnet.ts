import type { ClusterSurvey, SurveyNode } from '../model/survey.ts';
import { isVirtualNode } from './virtual-node.ts';

/** A node this young, in milliseconds, may still be waiting for kube-controller-manager. */
const YOUNG = 60_000;

/** True for nodes that may lack a subnet: virtual, deleting, or younger than 60 s. A missing timestamp counts as old. */
export function mayLackSubnet(node: SurveyNode, { now }: ClusterSurvey): boolean {
  return needsNoSubnet(node) || isYoung(node, now);
}

/** True for nodes without a subnet that are not judged for their youth alone. */
export function isTooYoung(node: SurveyNode, { now }: ClusterSurvey): boolean {
  return node.podCIDRs.length === 0 && !needsNoSubnet(node) && isYoung(node, now);
}

/** True for nodes that get no subnet, or none any more: virtual ones, those that are being deleted. */
export function needsNoSubnet(node: SurveyNode): boolean {
  return node.deleting || isVirtualNode(node);
}

function isYoung({ createdAt }: SurveyNode, now: number): boolean {
  return createdAt !== undefined && now - createdAt < YOUNG;
}
