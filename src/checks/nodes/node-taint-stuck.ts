import { isNodeName } from '../../model/node-name.ts';
import type { SurveyNode } from '../../model/survey.ts';
import { count } from '../../model/text.ts';
import { type Judge, NONE } from '../check.ts';
import { nodeNames } from '../view.ts';

/** A taint follows its condition within seconds; after this long, in milliseconds, it does no more. */
const LATE = 60_000;

/** Taints of the node's state, with what says that the state is over. */
const STATES: {
  key: string;
  isOver: (node: SurveyNode) => boolean;
  since: (node: SurveyNode) => number | undefined;
}[] = [
  {
    key: 'node.kubernetes.io/not-ready',
    isOver: ({ ready }) => ready === 'True',
    since: ({ readySince }) => readySince,
  },
  {
    key: 'node.kubernetes.io/unreachable',
    isOver: ({ ready }) => ready === 'True',
    since: ({ readySince }) => readySince,
  },
  {
    key: 'node.kubernetes.io/network-unavailable',
    isOver: ({ networkUnavailable }) => networkUnavailable?.status === 'False',
    since: ({ networkUnavailable }) => networkUnavailable?.since,
  },
];

/** Nodes that are well again and still carry the taint of their trouble: a failed pass is not repeated. */
export const judgeNodeTaintStuck: Judge = ({ nodes, survey }) => {
  const stuck = nodes.flatMap(({ node }) =>
    STATES.flatMap(({ key, isOver, since }) => {
      const at = since(node);
      const late = at === undefined || survey.now - at >= LATE;
      const taints = node.taints.filter((taint) => taint.key === key);
      return taints.length > 0 && isOver(node) && late && !node.deleting ? [{ node, key, taints }] : [];
    }),
  );
  if (stuck.length === 0) return NONE;
  const names = nodeNames(stuck);
  return {
    findings: [
      {
        severity: 'warning',
        nodes: names,
        subject: { kind: 'Field', name: 'spec.taints' },
        message: `${count(names.length, 'node')} ${names.length === 1 ? 'carries' : 'carry'} a taint whose reason is over`,
        evidence: stuck.map(
          ({ node, key, taints }) => `${node.name}: ${key}:${taints.map(({ effect }) => effect).join(',')}`,
        ),
        remedy: [...Map.groupBy(stuck, ({ key }) => key)]
          .map(([key, own]) =>
            untaint(
              own.map(({ node }) => node.name),
              key,
            ),
          )
          .join(' && '),
      },
    ],
  };
};

function untaint(names: string[], key: string): string {
  const valid = names.filter(isNodeName);
  return valid.length === 0
    ? 'the name is not valid: no command can name it'
    : `kubectl taint nodes ${valid.join(' ')} ${key}-`;
}
