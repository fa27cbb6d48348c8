import { careFor } from '../../cni/care/catalogue.ts';
import type { RestartedAgent } from '../../model/care.ts';
import type { LeftToDo } from '../../model/left-to-do.ts';
import type { Dependent } from '../../model/operation.ts';
import type { Move } from '../../model/plan.ts';
import { count } from '../../model/text.ts';
import { type DrainPod, podName } from '../drain/pod.ts';
import type { DrainVerdict } from '../drain/verdict.ts';
import { keptByHand, leftoversByHand, podsByHand, restartByHand } from './by-hand.ts';
import { driversLeft, kubeletFirst } from './drivers.ts';
import type { CarePod } from './pod.ts';
import { judgeRenewal, type Renewal } from './renewal.ts';

/** What is known of a node before it moves. */
export interface CareView {
  /** All of its pods. */
  pods: CarePod[];
  /** The pods of its CNIs. */
  agents: RestartedAgent[];
}

/** What decides about after-care, beside the nodes. */
export interface CareTerms {
  /** Pods may be deleted, and commands run in them. */
  mayDelete: boolean;
  mayExec: boolean;
  /** --force, --delete-emptydir-data; there is a --pod-selector. */
  force: boolean;
  deleteEmptydirData: boolean;
  selects: boolean;
  /** What the Nodes own, as far as it is known. */
  dependents: Dependent[];
}

/** One move with what is seen on its node; `drain`: what draining does before; undefined: the node is not drained. */
export interface Outlook {
  move: Move;
  view: CareView;
  drain: DrainVerdict | undefined;
}

/** So many nodes are told of one by one; more are told of together. */
const SINGLE = 5;

/** Names before the rest is counted. */
const NAMED = 3;

/** What after-care does, for the plan: nothing on nodes where no pod of a CNI is seen, or pods may not be deleted. */
export function careLines(outlooks: Outlook[], terms: CareTerms): string[] {
  const cared = terms.mayDelete ? outlooks.filter(({ view }) => view.agents.length > 0) : [];
  if (cared.length === 0) return [];
  const routed = cared.some(({ view }) => view.agents.some(({ cni }) => careFor(cni)?.routes)) && terms.mayExec;
  return [
    ...(cared.length > SINGLE ? together(cared, terms) : cared.map((one) => single(one, terms))),
    ...(routed ? ['Then the other nodes are asked for their routes; the CNI is restarted where one lacks.'] : []),
  ];
}

function single({ move, view, drain }: Outlook, terms: CareTerms): string {
  const deeds = view.agents.flatMap(({ cni, namespace, name }) => {
    const { restarts, bridge, before } = careFor(cni) ?? {};
    const goes = bridge ?? before?.links[0];
    return [
      restarts ? `${cni} is restarted (pod ${namespace}/${name})` : `${cni} is waited for`,
      ...(goes !== undefined && terms.mayExec ? [`${goes} goes if it has an old address`] : []),
    ];
  });
  const { renew } = judged({ move, view, drain }, terms);
  const pods = renews(view, terms) && renew.length > 0 ? [`${deleted(renew)}: ${names(renew.map(podName))}`] : [];
  return `${move.node}: ${[...deeds, ...pods].join('; ')}`;
}

function together(outlooks: Outlook[], terms: CareTerms): string[] {
  const cnis = [...new Set(outlooks.flatMap(({ view }) => view.agents.map(({ cni }) => cni)))].join(', ');
  const renewed = outlooks.filter(({ view }) => renews(view, terms)).flatMap((one) => judged(one, terms).renew);
  const where = names(outlooks.map(({ move }) => move.node));
  return [`${cnis} is restarted on ${count(outlooks.length, 'node')} (${where}); ${deleted(renewed)}`];
}

function deleted(pods: CarePod[]): string {
  return `${count(pods.length, 'pod')} with old addresses ${pods.length === 1 ? 'is' : 'are'} deleted`;
}

/** Pods are made anew once what gives them their addresses was seen to be right. */
function renews({ agents }: CareView, { mayExec }: CareTerms): boolean {
  return mayExec || !agents.some(({ cni }) => careFor(cni)?.bridge !== undefined);
}

/** True where after-care cannot be done as a whole: something on the node is left to the operator before pods may come again. */
export function isHeldBack(view: CareView, terms: CareTerms): boolean {
  return !terms.mayDelete || !renews(view, terms);
}

/** What remains for the operator on a node whose CNI has a pod there. */
export function careLeft(outlook: Outlook, terms: CareTerms): LeftToDo[] {
  const { move, view } = outlook;
  const { node, raw } = move;
  const former = move.to.length > 0 ? move : { ...move, to: ['its new subnet'] };
  const judgement = judged(outlook, terms);
  const leftovers = view.agents.flatMap(({ cni }) => {
    const care = careFor(cni);
    return (care && leftoversByHand(former, care)) ?? [];
  });
  const restarts = view.agents.filter(({ cni }) => careFor(cni)?.restarts).map((agent) => restartByHand(node, agent));
  return [
    ...(terms.mayDelete ? [] : restarts),
    ...(terms.mayDelete && terms.mayExec ? [] : leftovers),
    ...(isHeldBack(view, terms) ? podsByHand(node, judgement.renew, former) : []),
    ...keptByHand(node, judgement),
    ...(move.method === 'patch'
      ? []
      : driversLeft({ node, raw, dependents: owned(terms, node) }, drivers(view), judgement.drivers)),
  ];
}

function drivers({ pods }: CareView): CarePod[] {
  return pods.filter(({ driver }) => driver);
}

function owned({ dependents }: CareTerms, node: string): Dependent[] {
  return dependents.filter(({ ownerReference }) => ownerReference.name === node);
}

/** A subnet that is not known yet holds none of the addresses there are. */
function judged({ move, view, drain }: Outlook, { force, deleteEmptydirData, selects }: CareTerms): Renewal {
  const { to, method, raw } = move;
  const uids = (pods: DrainPod[] = []) => new Set(pods.map(({ uid }) => uid));
  const evicted = uids(drain?.evict);
  const pods = view.pods.filter(({ uid }) => !evicted.has(uid));
  const selected = drain && selects ? uids([...drain.daemonPods, ...drain.staticPods]) : undefined;
  const isFirst = method !== 'patch' && kubeletFirst(raw);
  return judgeRenewal(pods, { to, cut: [], force, deleteEmptydirData, selected, kubeletFirst: isFirst });
}

function names(all: string[]): string {
  const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : '';
  return `${all.slice(0, NAMED).join(', ')}${more}`;
}
