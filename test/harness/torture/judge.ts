import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../scripts/clusters/kube-object.ts';
import { overlaps } from '../../../src/subnet/block.ts';
import { readableBlocks } from '../../../src/subnet/parse.ts';
import { comparable } from '../../cluster/reassign/support.ts';
import type { State } from './world.ts';

/** What a Node must be in the end; `either` where what was given cannot be taken back. */
export type Wanted = 'old' | 'new' | 'either';

/** What each moved Node must be in the end. */
export type Wish = (node: string) => Wanted;

/** Says what is wrong with the subnets of a moved Node that should have its new ones; undefined when nothing is. */
export type IsNew = (name: string, podCIDRs: string[], before: State) => string | undefined;

/** What of a scenario is judged. */
export interface Judged {
  moved: string[];
  lost?: boolean;
  isNew: IsNew;
}

/**
 * What is broken, a line each: a Node that is not there or not whole, a subnet that is neither as before nor as wanted, two
 * Nodes that share one and did not, anything that a Node owned and that is gone, changed or another's.
 */
export function judge(before: State, after: State, { moved, lost, isNew }: Judged, wanted: Wish): string[] {
  return [
    ...[...before.nodes].flatMap(([name, was]) => {
      const is = after.nodes.get(name);
      const mayBeAbsent = lost === true && moved.includes(name) && wanted(name) !== 'new';
      if (!is) return mayBeAbsent ? [] : [`node ${name} is lost`];
      if (mayBeAbsent && wanted(name) === 'old') return [`node ${name} is there`];
      // A POST that arrives after the rollback cannot be fenced off: then the Node is back, with the mark of the operation.
      if (mayBeAbsent) return judgeMoved(unmarked(was), unmarked(is), isNew(name, subnetsOf(is), before));
      return moved.includes(name)
        ? judgeMoved(
            was,
            is,
            judgeSubnets(wanted(name), was, is, () => isNew(name, subnetsOf(is), before)),
          )
        : judgeUntouched(was, is);
    }),
    ...[...after.nodes.keys()].filter((name) => !before.nodes.has(name)).map((name) => `node ${name} is new`),
    ...newlyShared(before, after),
    ...judgeDependents(before, after),
  ];
}

/** True when nothing at all has happened to the Nodes: they are the very same, or as absent as before. */
export function untouched(before: State, after: State, { moved, lost }: Judged): boolean {
  return moved.every((name) => {
    const is = after.nodes.get(name)?.metadata.uid;
    return lost ? is === undefined : is === before.nodes.get(name)?.metadata.uid;
  });
}

/** A Node's subnets, as the server has them. */
function subnetsOf({ spec }: KubeObject): string[] {
  return spec?.podCIDRs ?? [];
}

function judgeSubnets(
  wanted: Wanted,
  was: KubeObject,
  is: KubeObject,
  isNew: () => string | undefined,
): string | undefined {
  if (wanted === 'new') return isNew();
  const same = sameSubnets(was, is);
  return wanted === 'either' && same ? isNew() : same;
}

function sameSubnets(was: KubeObject, is: KubeObject): string | undefined {
  const [old, now] = [subnetsOf(was).join(','), subnetsOf(is).join(',')];
  return old === now ? undefined : `has ${now || 'no subnet'}, not its former ${old || 'none'}`;
}

function judgeMoved(was: KubeObject, is: KubeObject, subnets: string | undefined): string[] {
  const { name } = was.metadata;
  // A Node that was only patched says so; one that was created again has its former managers.
  const patched = is.metadata.uid === was.metadata.uid && subnetsOf(was).length === 0;
  const changed = patched ? difference(specified(was), specified(is)) : difference(whole(was), whole(is));
  return [
    ...(subnets === undefined ? [] : [`node ${name} ${subnets}`]),
    ...(is.spec?.podCIDR === is.spec?.podCIDRs?.[0] ? [] : [`node ${name}: podCIDR is not the first of podCIDRs`]),
    ...(changed ? [`node ${name} differs at ${changed}`] : []),
  ];
}

/** All of a Node but kube-controller-manager's traces: it writes taints of its own accord, as it does for a cordoned Node. */
function whole(node: KubeObject) {
  const { metadata, ...rest } = comparable(node);
  const theirs = '"manager":"kube-controller-manager"';
  return {
    ...rest,
    metadata: { ...metadata, managedFields: metadata.managedFields.filter((one) => !one.includes(theirs)) },
  };
}

/** Nodes that stay may be announced again: who wrote that annotation last does not matter. Their status is their kubelet's. */
function judgeUntouched(was: KubeObject, is: KubeObject): string[] {
  const { name, uid } = was.metadata;
  if (is.metadata.uid !== uid) return [`node ${name} was created again and should have been left alone`];
  const subnets = sameSubnets(was, is);
  const changed = difference(specified(was), specified(is));
  return [...(subnets ? [`node ${name} ${subnets}`] : []), ...(changed ? [`node ${name} differs at ${changed}`] : [])];
}

function judgeDependents(before: State, after: State): string[] {
  return [...before.dependents].flatMap(([path, was]) => {
    const is = after.dependents.get(path);
    if (!is) return [`${path} is lost`];
    if (is.metadata.uid !== was.metadata.uid) return [`${path} is another object`];
    const owner = after.nodes.get(was.metadata.ownerReferences?.[0]?.name ?? '');
    const wanted = was.metadata.ownerReferences?.map((reference) => ({ ...reference, uid: owner?.metadata.uid }));
    if (!isDeepStrictEqual(is.metadata.ownerReferences, wanted)) {
      return [`${path} is owned by ${JSON.stringify(is.metadata.ownerReferences)}, not ${JSON.stringify(wanted)}`];
    }
    const changed = difference(ground(was), ground(is));
    return changed ? [`${path} differs at ${changed}`] : [];
  });
}

/** Pairs of Nodes whose blocks overlap now and did not before. */
function newlyShared(before: State, after: State): string[] {
  const old = new Set(sharing(before));
  return sharing(after).filter((pair) => !old.has(pair));
}

function sharing({ nodes }: State): string[] {
  const all = [...nodes.values()]
    .map((object) => ({ name: object.metadata.name, blocks: readableBlocks(subnetsOf(object)) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return all.flatMap((one, index) =>
    all
      .slice(index + 1)
      .filter((other) => one.blocks.some((block) => other.blocks.some((another) => overlaps(block, another))))
      .map((other) => `nodes ${one.name} and ${other.name} share a subnet`),
  );
}

function specified(node: KubeObject) {
  const { metadata, spec } = comparable(node);
  const { managedFields: _managers, ...kept } = metadata;
  return { metadata: kept, spec };
}

/** The Node without the operation's mark and without who wrote what. */
function unmarked({
  metadata: { managedFields: _managers, annotations, ...metadata },
  ...node
}: KubeObject): KubeObject {
  const { 'kubectl-podcidr/operation': _mark, ...kept } = annotations ?? {};
  return { ...node, metadata: { ...metadata, annotations: kept } };
}

/** What a dependent is apart from its owner and the traces of writes. */
function ground({ metadata, ...rest }: KubeObject) {
  const { ownerReferences: _owners, managedFields: _managers, resourceVersion: _v, generation: _g, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

/** Where two values differ first, with both sides; undefined when they are equal. */
function difference(was: unknown, is: unknown, path = ''): string | undefined {
  if (isDeepStrictEqual(was, is)) return undefined;
  if (!isContainer(was) || !isContainer(is)) return `${path || '/'}: ${short(was)} became ${short(is)}`;
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
  for (const key of keys) {
    const found = difference(was[key], is[key], `${path}/${key}`);
    if (found) return found;
  }
  return path || '/';
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
