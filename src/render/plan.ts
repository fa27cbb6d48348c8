import type { Verb } from '../model/operation.ts';
import type { Move, MovePlan } from '../model/plan.ts';
import { escapeLine } from './escape.ts';
import { renderTable } from './table.ts';

/** What the plan says beside its moves. */
export interface PlanNotes {
  verb: Verb;
  /** Pods on the pod network by node name; undefined where they may not be read. */
  pods: ReadonlyMap<string, number>;
  /** What draining does, by node; undefined with --drain=false. */
  drained: { node: string; lines: string[] }[] | undefined;
  /** What after-care does on the nodes. */
  cared: string[];
  /** What was seen before anything is done, and what could not be seen. */
  beforehand: string[];
  /** What the operation does not do, by node. */
  left: { node: string; lines: string[] }[];
  /** The same by hand, by node. */
  manual: { node: string; lines: string[] }[];
}

const COLUMNS = ['NODE', 'FROM', 'TO', 'HOW', 'PODS', 'REASON'];

const HOW: Record<Move['method'], string> = {
  recreate: 'delete and create',
  patch: 'patch',
  reset: 'delete and create without a subnet',
  create: 'create',
};

/** The plan for people: what changes, what is done, what cannot be kept, what is left to them. */
export function renderPlan(plan: MovePlan, notes: PlanNotes): string {
  const recreates = plan.moves.some(({ method }) => method === 'recreate' || method === 'reset');
  const parts = [
    ...(notes.verb === 'reset' ? [`${notes.cared.length > 0 ? TOUCHED : UNTOUCHED}\n\n`] : []),
    renderTable(
      COLUMNS,
      plan.moves.map((move) => row(move, notes)),
    ),
    ...section(
      'Refused:',
      plan.refused.map(({ node, reason }) => `  ${node}: ${reason}`),
    ),
    ...(recreates
      ? [`\n${PROTOCOL}${notes.cared.length > 0 ? '' : ' Nothing on the machine restarts.'}\n${LOCKED}\n`]
      : []),
    ...section(`${DRAINED}:`, perNode(notes.drained ?? [])),
    ...section(
      'After-care on the nodes:',
      notes.cared.map((line) => `  ${line}`),
    ),
    ...section(
      'Seen beforehand:',
      notes.beforehand.map((line) => `  - ${line}`),
    ),
    ...(plan.moves.some(endangers) ? [`\n${ALLOCATOR}\n`] : []),
    ...section('Annotations that follow the subnet:', plan.moves.flatMap(annotationLines)),
    ...section('Left to you (not done by this command):', perNode(notes.left)),
    ...section('By hand this would be:', perNode(notes.manual)),
  ];
  return parts.join('');
}

const UNTOUCHED = 'The machines are not touched: only the Node objects are created again.';

const TOUCHED = 'The machines are not touched but for the after-care: only the Node objects are created again.';

const PROTOCOL = `Each Node is stored on disk and in the cluster, what it owns is detached, the Node is deleted and at once created
again with its new subnet, and owns its things again. Its uid and creationTimestamp are new.`;

const LOCKED =
  'A second operator of this program is locked out meanwhile; what is interrupted is finished by kubectl podcidr resume.';

const DRAINED =
  'Before that each Node is cordoned and drained, afterwards it is as schedulable as it was; pods on the host network stay';

const ALLOCATOR = `Nodes that keep a shared subnet are announced again: an annotation changes, and changes back. If kube-controller-manager is
1.31.3 or older, its leader is restarted once at the end, where it comes back by itself (not with --allocator-restart=never):
until then it would hand out again what was shared, or patched into a Node.`;

/** A subnet was shared, or is patched in: then the allocator takes it for free. */
function endangers({ method, survivors }: Move): boolean {
  return method === 'patch' || survivors.length > 0;
}

function row(move: Move, { pods }: PlanNotes): string[] {
  const { node, from, to, method, reason } = move;
  return [
    node,
    from.join(',') || '<none>',
    to.join(',') || '<allocated>',
    HOW[method],
    String(pods.get(node) ?? '<unknown>'),
    reason,
  ];
}

function annotationLines({ node, annotations }: Move): string[] {
  return annotations.map(
    ({ key, to, why }) => `  ${node}: ${key} ${to === undefined ? 'is dropped' : 'is rewritten'} (${why})`,
  );
}

function perNode(entries: { node: string; lines: string[] }[]): string[] {
  return entries.flatMap(({ lines }) => lines.map((line) => `  ${line}`));
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [`\n${title}\n${lines.map((line) => `${escapeLine(line)}\n`).join('')}`];
}
