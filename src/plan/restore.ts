import { derivedAnnotations } from '../cni/derived-annotations.ts';
import { Failure } from '../model/failure.ts';
import type { Dependent } from '../model/operation.ts';
import type { Move, MovePlan } from '../model/plan.ts';
import { quote } from '../model/quote.ts';
import { asObject, asText, asTexts } from '../model/read-json.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { readableBlocks } from '../subnet/parse.ts';
import { podCIDRsOf } from '../subnet/pod-cidrs.ts';
import { type Ground, surveyGround } from './ground.ts';
import type { LostNode } from './lost-node.ts';
import { emptyPlan, survivorsOf, withTaken } from './move.ts';
import { formerTarget, wishedFormerTarget } from './target.ts';
import type { Wish } from './wish/wish.ts';

export interface RestorePlan {
  plan: MovePlan;
  /** What each node owned, by its name: to be owned by the new Node. */
  dependents: ReadonlyMap<string, Dependent[]>;
  /** What could not be checked, and what is left to do, a sentence each. */
  notes: string[];
}

/**
 * Plans to post lost Nodes again (method `create`): those that are named, else all of the files that are absent. Each gets the
 * subnet named for it, else what it had last, as far as that is right and nobody holds it now, else the highest free.
 * A named node that is there now is refused, and one for which nothing is free. Throws Failure for bad input: a node that no file has, or two have, a file of
 * another cluster, a subnet that cannot be had, none that is absent.
 */
export function planRestore(survey: ClusterSurvey, lost: LostNode[], wishes: Wish[]): RestorePlan {
  const plan = emptyPlan(survey);
  const chosen = choose(lost, wishes, survey);
  for (const { node } of chosen) checkCluster(node, plan.clusterUID);
  let ground = surveyGround(survey);
  for (const { node, wish } of chosen) {
    const present = survey.nodes.find(({ name }) => name === node.name);
    if (present) {
      plan.refused.push({ node: node.name, reason: `a Node of this name is there now (uid ${present.uid})` });
      continue;
    }
    try {
      const move = restoreMove(node, wish, ground);
      plan.moves.push(move);
      ground = withTaken(ground, node.name, readableBlocks(move.to));
    } catch (error) {
      if (!(error instanceof Failure) || wish?.blocks) throw error;
      plan.refused.push({ node: node.name, reason: error.message });
    }
  }
  const restored = chosen.map(({ node }) => node).filter(({ name }) => plan.moves.some((move) => move.node === name));
  const dependents = new Map(restored.map(({ name, dependents: owned }) => [name, owned]));
  return { plan, dependents, notes: notesOn(restored) };
}

/** The Node with its own subnets or others. `from` is what the file has, so that the body is made as for any other move. */
function restoreMove({ name, raw, podCIDRs }: LostNode, wish: Wish | undefined, ground: Ground): Move {
  const holder = { name, podCIDRs };
  const { blocks, reason } = wish?.blocks
    ? wishedFormerTarget(holder, wish.blocks, ground)
    : formerTarget(holder, ground);
  const from = podCIDRsOf(raw);
  const metadata = asObject(raw.metadata);
  return {
    node: name,
    uid: asText(metadata.uid) ?? '',
    method: 'create',
    from,
    to: blocks.map(({ text }) => text),
    reason,
    wished: wish?.blocks !== undefined,
    annotations: derivedAnnotations(asTexts(metadata.annotations), readableBlocks(from), blocks),
    survivors: survivorsOf(name, readableBlocks(podCIDRs), blocks, ground.inUse),
    raw,
  };
}

function choose(lost: LostNode[], wishes: Wish[], survey: ClusterSurvey): { node: LostNode; wish: Wish | undefined }[] {
  const files = [...new Set(lost.map(({ file }) => file))].join(', ');
  const byName = Map.groupBy(lost, ({ name }) => name);
  const [twice] = [...byName].filter(
    ([name, nodes]) => nodes.length > 1 && (wishes.length === 0 || wishes.some(({ node }) => node === name)),
  );
  if (twice) {
    const where = twice[1].map(({ file }) => file).join(', ');
    throw new Failure(`node ${quote(twice[0])} is there more than once: ${where}`, { hint: 'give one file of it' });
  }
  if (wishes.length === 0) {
    const present = new Set(survey.nodes.map(({ name }) => name));
    const absent = lost.filter(({ name }) => !present.has(name));
    if (absent.length > 0) return absent.map((node) => ({ node, wish: undefined }));
    throw new Failure(`every Node of ${files} is there now, so there is nothing to restore`);
  }
  return wishes.map((wish) => {
    const [node] = byName.get(wish.node) ?? [];
    if (!node) throw new Failure(`node ${quote(wish.node)} is not in ${files}`);
    return { node, wish };
  });
}

function checkCluster({ name, clusterUID, file }: LostNode, present: string): void {
  if (clusterUID === undefined || clusterUID === present) return;
  throw new Failure(`node ${name} of ${file} is of another cluster (${clusterUID}), this is ${present}`);
}

function notesOn(restored: LostNode[]): string[] {
  const unsaid = restored.filter(({ clusterUID }) => clusterUID === undefined);
  const files = [...new Set(unsaid.map(({ file }) => file))];
  const cordoned = restored.filter(({ raw }) => asObject(raw.spec).unschedulable === true);
  return [
    ...files.map((file) => `${file} does not say which cluster it is of, so that could not be checked`),
    ...cordoned.map(({ name, file }) => `node ${name} is cordoned in ${file} and stays so: kubectl uncordon ${name}`),
  ];
}
