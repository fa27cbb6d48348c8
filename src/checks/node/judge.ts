import type { CheckReport, Finding } from '../../model/finding.ts';
import type { NodeFacts } from '../../model/node-facts.ts';
import type { NodeCode } from '../catalogue.ts';
import { sortFindings } from '../order.ts';
import { judgeBridgeAddressStale } from './bridge.ts';
import { judgeCNIConfigShadowed } from './cni-config.ts';
import type { ExpectedNode } from './expected.ts';
import { judgeForwardPolicyDrop } from './forward-policy.ts';
import { judgeForwardingEntryMissing, judgeForwardingEntryStale } from './forwarding.ts';
import { judgeBridgeFilterOff, judgeForwardingOff } from './kernel.ts';
import { judgeAddressesLeaked } from './leaked-addresses.ts';
import {
  judgeOverlayAddressExtra,
  judgeOverlayAddressStale,
  judgeOverlayMissing,
  judgeVtepMACDiffers,
} from './overlay.ts';
import { judgePublicIPForeign } from './public-ip.ts';
import { judgeRouteMissing, judgeRouteStale, judgeRouteToSelf } from './routes.ts';
import { judgeNodeSubnetStale } from './subnet-env.ts';
import { type NodeJudge, viewNode } from './view.ts';

const JUDGES: Record<NodeCode, NodeJudge> = {
  NodeSubnetStale: judgeNodeSubnetStale,
  BridgeAddressStale: judgeBridgeAddressStale,
  OverlayMissing: judgeOverlayMissing,
  OverlayAddressStale: judgeOverlayAddressStale,
  OverlayAddressExtra: judgeOverlayAddressExtra,
  VtepMACDiffers: judgeVtepMACDiffers,
  PublicIPForeign: judgePublicIPForeign,
  RouteMissing: judgeRouteMissing,
  RouteStale: judgeRouteStale,
  RouteToSelf: judgeRouteToSelf,
  ForwardingEntryMissing: judgeForwardingEntryMissing,
  ForwardingEntryStale: judgeForwardingEntryStale,
  ForwardingOff: judgeForwardingOff,
  ForwardPolicyDrop: judgeForwardPolicyDrop,
  BridgeFilterOff: judgeBridgeFilterOff,
  CNIConfigShadowed: judgeCNIConfigShadowed,
  AddressesLeaked: judgeAddressesLeaked,
};

/** Compares what a node has with what the API says of it. One cause gives one finding; by severity and code. */
export function judgeNode(facts: NodeFacts, expected: ExpectedNode): Finding[] {
  return reportNode(facts, expected).findings;
}

/** The same, with the checks that could not be judged and why. What is not for this CNI is not mentioned. */
export function reportNode(facts: NodeFacts, expected: ExpectedNode): CheckReport {
  const view = viewNode(facts, expected);
  const report: CheckReport = { findings: [], skipped: [] };
  const subject = { kind: 'Node', name: expected.name };
  for (const [code, judge] of Object.entries(JUDGES)) {
    const judgement = judge(view);
    if ('skipped' in judgement) report.skipped.push({ code, reason: judgement.skipped });
    else {
      report.findings.push(
        ...judgement.findings.map((finding) => ({ code, nodes: [expected.name], subject, ...finding })),
      );
    }
  }
  return { ...report, findings: sortFindings(report.findings) };
}
