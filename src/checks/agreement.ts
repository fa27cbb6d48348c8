import type { CheckReport } from '../model/finding.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import type { VerifyLine, VerifySubject } from '../model/verification.ts';
import { SUBNET_CODES } from './catalogue.ts';
import { runChecks } from './run.ts';

/** What is told apart from whether the node has a subnet of its own. */
const OUTSIDE = 'SubnetOutsideClusterCIDR';

/**
 * Whether the API agrees about each node: it is there, has the subnet that an operation gave it, shares it with no other, and
 * nothing else is wrong with it; and it lies in the cluster CIDR.
 */
export function judgeAgreement(subjects: VerifySubject[], survey: ClusterSurvey): VerifyLine[] {
  const report = runChecks(survey, { codes: SUBNET_CODES });
  return subjects.flatMap((subject) => [
    ...subnetLines(subject, survey, report),
    ...clusterLines(subject, survey, report),
  ]);
}

function subnetLines({ node, given }: VerifySubject, survey: ClusterSurvey, { findings }: CheckReport): VerifyLine[] {
  const line = { subject: `node/${node}`, check: 'Subnet' as const, nodes: [node] };
  const found = survey.nodes.find(({ name }) => name === node);
  if (!found) return [{ ...line, result: 'fail', why: 'the Node is absent' }];
  const has = found.podCIDRs.join(',');
  const wrong = findings
    .filter(({ code, severity, nodes }) => severity === 'error' && code !== OUTSIDE && nodes.includes(node))
    .map(({ code, message }) => `${code}: ${message}`);
  if (given && given.podCIDRs.join(',') !== has) {
    wrong.push(`it has ${has || 'none'}, not ${given.podCIDRs.join(',')}, which operation ${given.operation} gave it`);
  }
  if (wrong.length > 0) return wrong.map((why) => ({ ...line, result: 'fail', why }));
  // Without a subnet nothing is wrong only where none is needed, or not yet.
  if (has === '') return [{ ...line, result: 'not-checked', why: 'the node has no subnet yet, or needs none' }];
  return [{ ...line, result: 'pass', why: `${has}, shared with no node` }];
}

function clusterLines(
  { node }: VerifySubject,
  { nodes, settings: { clusterCIDRs } }: ClusterSurvey,
  { findings, skipped }: CheckReport,
): VerifyLine[] {
  if (!nodes.some(({ name, podCIDRs }) => name === node && podCIDRs.length > 0)) return [];
  const line = { subject: `node/${node}`, check: 'ClusterCIDR' as const, nodes: [node] };
  const unknown = skipped.find(({ code }) => code === OUTSIDE);
  if (unknown) return [{ ...line, result: 'not-checked', why: unknown.reason }];
  const outside = findings.find((finding) => finding.code === OUTSIDE && finding.nodes.includes(node));
  if (outside) return [{ ...line, result: 'fail', why: `${OUTSIDE}: ${outside.message}` }];
  const cluster = clusterCIDRs.known ? clusterCIDRs.value.map(({ block }) => block.text).join(',') : '';
  return [{ ...line, result: 'pass', why: `inside ${cluster}` }];
}
