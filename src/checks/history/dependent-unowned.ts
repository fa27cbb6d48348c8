import type { NodeDependent } from '../../model/cluster-facts.ts';
import { isNodeName } from '../../model/node-name.ts';
import type { SurveyNode } from '../../model/survey.ts';
import { compareText, count } from '../../model/text.ts';
import { type Judge, NONE } from '../check.ts';
import { nodeNames, type View } from '../view.ts';

/** The garbage collector, and a kubelet that registers, have this long, in milliseconds. */
const YOUNG = 120_000;

interface Unowned {
  dependent: NodeDependent;
  /** Undefined: there is no such Node. */
  node: SurveyNode | undefined;
}

/**
 * Leases and CSINodes without their Node: left behind by one that is gone, or of one that is there and no longer owns them. Nodes
 * of an operation that was interrupted are OperationInterrupted's.
 */
export const judgeDependentUnowned: Judge = (view) => {
  const { dependents } = view.facts;
  if (!dependents.known) return { skipped: dependents.reason };
  const busy = new Set((view.survey.interrupted ?? []).flatMap(({ nodes }) => nodes.map(({ name }) => name)));
  const unowned = dependents.value.filter(({ name }) => !busy.has(name)).flatMap((one) => judge(view, one));
  if (unowned.length === 0) return NONE;
  const nodes = nodeNames(unowned.flatMap(({ node }) => (node ? [{ node }] : [])));
  const named = [...unowned].sort((a, b) => compareText(words(a.dependent), words(b.dependent)));
  return {
    findings: [
      {
        severity: 'warning',
        nodes,
        subject: { kind: named[0]?.dependent.kind ?? '', name: named[0]?.dependent.name ?? '' },
        message: `${count(unowned.length, 'object')} of nodes lost ${unowned.length === 1 ? 'its' : 'their'} Node`,
        evidence: named.map(({ dependent, node }) =>
          node
            ? `${words(dependent)}: its owner is ${dependent.owners.join(', ') || 'nobody'}, the Node is ${node.uid}`
            : `${words(dependent)}: there is no node ${dependent.name}`,
        ),
        remedy: named.map(cure).join(' && '),
      },
    ],
  };
};

function judge({ byName, survey }: View, dependent: NodeDependent): Unowned[] {
  const node = byName.get(dependent.name)?.node;
  const ages = [dependent.createdAt, node?.createdAt].map((at) => (at === undefined ? YOUNG : survey.now - at));
  if (ages.some((age) => age < YOUNG) || node?.deleting) return [];
  if (!node) return [{ dependent, node }];
  // A Node in a dump that is redacted has no uid. The kubelet owns its Lease again at the next renewal.
  const isOwned = node.uid === '' || dependent.owners.includes(node.uid) || dependent.kind === 'Lease';
  return isOwned ? [] : [{ dependent, node }];
}

function words({ kind, name }: NodeDependent): string {
  return kind === 'Lease' ? `Lease kube-node-lease/${name}` : `CSINode ${name}`;
}

function cure({ dependent: { kind, name }, node }: Unowned): string {
  if (!isNodeName(name)) return 'the name is not valid: no command can name it';
  const object = kind === 'Lease' ? `-n kube-node-lease lease ${name}` : `csinode ${name}`;
  if (!node) return `kubectl delete ${object}`;
  const owner = { apiVersion: 'v1', kind: 'Node', name, uid: node.uid };
  return `kubectl patch ${object} --type=merge -p '${JSON.stringify({ metadata: { ownerReferences: [owner] } })}'`;
}
