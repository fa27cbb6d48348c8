import type { VerifyLine } from '../../model/verification.ts';
import { readAddress } from '../../subnet/address.ts';
import { holds } from '../../subnet/block.ts';
import { readableBlocks } from '../../subnet/parse.ts';
import type { ProbeOutcome } from './probes.ts';

/** Whether the node starts pods, and gives them addresses of its own subnets: a CNI that was not restarted uses the former ones. */
export function judgeNewPod(node: string, podCIDRs: string[], probe: ProbeOutcome): VerifyLine {
  const line = { subject: `node/${node}`, check: 'NewPod' as const, nodes: [node] };
  if (probe.state === 'impossible') return { ...line, result: 'not-checked', why: probe.why };
  if (probe.state === 'sick') return { ...line, result: 'fail', why: `a new pod does not start: ${probe.why}` };
  const blocks = readableBlocks(podCIDRs);
  const foreign = probe.addresses.filter((text) => {
    const address = readAddress(text);
    return address === undefined || !blocks.some((block) => holds(block, address));
  });
  const subnets = podCIDRs.join(',') || 'no subnet';
  if (foreign.length === 0) return { ...line, result: 'pass', why: `${probe.addresses.join(',')} of ${subnets}` };
  return {
    ...line,
    result: 'fail',
    why: `a new pod got ${foreign.join(',')}, outside ${subnets}: restart the CNI there`,
  };
}
