import { VERIFY_CHECKS, type VerifyLine, type VerifySubject } from '../model/verification.ts';

/** Lines node by node, in the order of the nodes; what is about two stands with the first of them. */
export function inOrder(lines: VerifyLine[], subjects: VerifySubject[]): VerifyLine[] {
  const positions = new Map(subjects.map(({ node }, index) => [node, index]));
  const keyed = lines.map((line) => {
    const places = line.nodes.map((node) => positions.get(node) ?? subjects.length);
    return { line, node: Math.min(...places), check: VERIFY_CHECKS.indexOf(line.check) };
  });
  return keyed.sort((a, b) => a.node - b.node || a.check - b.check).map(({ line }) => line);
}
