import { compareText, count } from '../../model/text.ts';
import { type Judge, NONE } from '../check.ts';
import { nodeNames } from '../view.ts';
import { type AnnotatedNode, annotatedNodes } from './lease-facts.ts';
import { restartFlannel } from './restart.ts';

/** Nodes whose flannel runs another backend, or another vxlan number, than most: the two sides ignore each other. */
export const judgeFlannelBackendMixed: Judge = (view) => {
  const groups = [...Map.groupBy(annotatedNodes(view), backendOf)].sort(
    ([a, x], [b, y]) => y.length - x.length || compareText(a, b),
  );
  const [most, ...rest] = groups;
  if (!most || rest.length === 0) return NONE;
  const nodes = nodeNames(rest.flatMap(([, own]) => own));
  return {
    findings: [
      {
        severity: 'error',
        nodes,
        subject: { kind: 'CNI', name: 'flannel' },
        message: `flannel runs with ${groups.length} backends: ${groups.map(([backend, own]) => `${backend} on ${count(own.length, 'node')}`).join(', ')}`,
        evidence: rest.flatMap(([backend, own]) =>
          own.map(({ node }) => `${node.name}: ${backend}, most have ${most[0]}`),
        ),
        remedy: restartFlannel(view, nodes),
      },
    ],
  };
};

/** vxlan with its number, for devices of different numbers do not hear each other; before v0.14 the number is not told. */
function backendOf({ lease }: AnnotatedNode): string {
  const { backend, addresses } = lease;
  const { device, mac } = addresses.IPv4.mac === undefined ? addresses.IPv6 : addresses.IPv4;
  return backend === 'vxlan' && mac !== undefined ? `vxlan ${device.split('.')[1] ?? ''}` : backend;
}
