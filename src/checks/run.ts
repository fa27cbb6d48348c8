import type { CheckReport, Finding, SkippedCheck } from '../model/finding.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import type { ClusterCode } from './catalogue.ts';
import type { Judge } from './check.ts';
import { judgeOperationInterrupted } from './operation-interrupted.ts';
import { sortFindings } from './order.ts';
import { judgeSubnetDuplicate } from './subnet-duplicate.ts';
import { judgeSubnetFamilyMissing } from './subnet-family-missing.ts';
import { judgeSubnetMalformed } from './subnet-malformed.ts';
import { judgeSubnetMaskDiffers } from './subnet-mask-differs.ts';
import { judgeSubnetMissing } from './subnet-missing.ts';
import { judgeSubnetOutsideClusterCIDR } from './subnet-outside-cluster-cidr.ts';
import { judgeSubnetOverlap } from './subnet-overlap.ts';
import { judgeSubnetOverlapsNodeAddress } from './subnet-overlaps-node-address.ts';
import { judgeSubnetOverlapsServices } from './subnet-overlaps-services.ts';
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
  OperationInterrupted: judgeOperationInterrupted,
};

/**
 * Runs the checks over a survey. Checks never silence one another. Findings come by severity, code and subject, whatever the
 * order of the nodes.
 */
export function runChecks(survey: ClusterSurvey, options: { codes?: ClusterCode[] } = {}): CheckReport {
  const view = viewSurvey(survey);
  const findings: Finding[] = [];
  const skipped: SkippedCheck[] = [];
  for (const code of options.codes ?? (Object.keys(JUDGES) as ClusterCode[])) {
    const judgement = JUDGES[code](view);
    if ('skipped' in judgement) skipped.push({ code, reason: judgement.skipped });
    else findings.push(...judgement.findings.map((finding) => ({ code, ...finding })));
  }
  return { findings: sortFindings(findings), skipped };
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
