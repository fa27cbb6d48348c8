import type { Wire } from '../kube/wire/wire.ts';
import { Failure } from '../model/failure.ts';
import { nodeName } from '../model/node-name.ts';
import type { MovePlan } from '../model/plan.ts';
import { quote } from '../model/quote.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { count } from '../model/text.ts';
import { contenders, type InvalidOptions, planInvalid } from '../plan/invalid/invalid.ts';
import { matchPlan } from '../plan/match-plan.ts';
import { findNodes } from '../plan/move.ts';
import { PLAN_EXAMPLE, type ReviewedPlan, readPlan } from '../plan/plan-file.ts';
import { planReassign } from '../plan/reassign.ts';
import type { Judgement } from '../plan/refusals/refusals.ts';
import { readWishes, type Wish } from '../plan/wish/wish.ts';
import { readFiles } from '../survey/dump/files.ts';
import { readDocuments } from '../survey/dump/objects.ts';
import { parseSelector, type Selector } from '../survey/selector.ts';
import type { Context, Streams } from './context.ts';
import { podCounts } from './pod-counts.ts';

/** What says which nodes are to move. */
export interface WantedArgs {
  /** NODE or NODE=CIDR[,CIDR]; with --invalid NODE alone. */
  wishes: string[];
  cidr: string | undefined;
  invalid: boolean;
  selector: string | undefined;
  /** As written. */
  maxNodes: string | undefined;
  /** --plan: a file's name, `-` is standard input. */
  planFile: string | undefined;
}

/** The same, read and free of contradictions. */
export type Wanted =
  | { kind: 'wishes'; wishes: Wish[]; most: number | undefined }
  | { kind: 'invalid'; names: string[]; selector: Selector | undefined; most: number | undefined }
  | { kind: 'file'; reviewed: ReviewedPlan };

/** Reads what is wanted before anything is asked of the cluster. Throws Failure for bad input. */
export async function readWanted({ streams }: Pick<Context, 'streams'>, args: WantedArgs): Promise<Wanted> {
  if (args.planFile !== undefined) return { kind: 'file', reviewed: await readPlanFile(streams, args.planFile, args) };
  const most = readMost(args.maxNodes);
  if (args.invalid) return { kind: 'invalid', ...readInvalid(args), most };
  if (args.selector !== undefined)
    throw new Failure('--selector goes with --invalid: it picks among the invalid nodes');
  const wishes = readWishes(args.wishes, args.cidr);
  if (wishes.length > 0) return { kind: 'wishes', wishes, most };
  throw new Failure('name the nodes to reassign, or use --invalid for every node that list marks', {
    hint: 'kubectl podcidr reassign NODE',
  });
}

function readInvalid({ wishes, cidr, selector }: WantedArgs) {
  const [wish] = wishes.filter((word) => word.includes('='));
  if (wish !== undefined || cidr !== undefined) {
    throw new Failure(
      `--invalid chooses the subnets itself, so ${wish === undefined ? '--cidr' : quote(wish)} does not go with it`,
      { hint: 'name the node alone, or leave --invalid out' },
    );
  }
  if (wishes.length > 0 && selector !== undefined) {
    throw new Failure('name cannot be provided when a selector is specified');
  }
  return {
    names: [...new Set(wishes.map(nodeName))],
    selector: selector === undefined ? undefined : parseSelector(selector),
  };
}

function readMost(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,8}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new Failure(`--max-nodes ${quote(text)} is not a whole number over 0`);
}

async function readPlanFile(streams: Streams, name: string, args: WantedArgs): Promise<ReviewedPlan> {
  const other = [
    args.wishes[0] !== undefined ? `node ${quote(args.wishes[0])}` : undefined,
    args.cidr !== undefined ? '--cidr' : undefined,
    args.invalid ? '--invalid' : undefined,
    args.selector !== undefined ? '--selector' : undefined,
    args.maxNodes !== undefined ? '--max-nodes' : undefined,
  ].find((one) => one !== undefined);
  if (other !== undefined)
    throw new Failure(`--plan carries out a plan exactly as it is, so ${other} does not go with it`);
  const [read] = await readFiles([name], () => streams.readStdin()).catch(asPlan);
  const { file, text } = read ?? { file: name, text: '' };
  return readPlan(readDocuments(text, file), file);
}

/** The files' own hint speaks of dumps. */
function asPlan(error: unknown): never {
  if (error instanceof Failure) throw new Failure(error.message, { hint: PLAN_EXAMPLE, cause: error });
  throw error;
}

/**
 * The moves that are wanted, as the cluster is now. What is left out or not to be done is said on stderr.
 * Throws Failure, ApiError, WireError.
 */
export async function planWanted(
  { streams }: Pick<Context, 'streams'>,
  wire: Wire,
  survey: ClusterSurvey,
  wanted: Wanted,
  judgement: Judgement,
): Promise<MovePlan> {
  if (wanted.kind === 'file') return matchPlan(wanted.reviewed, survey, judgement);
  if (wanted.kind === 'wishes') {
    return firstMoves(streams, planReassign(survey, wanted.wishes, judgement), wanted.most);
  }
  const options: InvalidOptions = { chosen: chosenNodes(survey, wanted), judgement };
  const plan = planInvalid(survey, await podCounts(wire, contenders(survey, options)), options);
  if (plan.moves.length + plan.refused.length === 0) {
    streams.err(
      options.chosen
        ? 'The chosen nodes are valid, nothing to reassign.\n'
        : 'All nodes are valid, nothing to reassign.\n',
    );
  }
  return firstMoves(streams, plan, wanted.most);
}

/** Undefined: all. Throws Failure for a name that there is not, and for a selector that picks none. */
function chosenNodes(
  survey: ClusterSurvey,
  { names, selector }: Extract<Wanted, { kind: 'invalid' }>,
): ReadonlySet<string> | undefined {
  if (names.length > 0) return new Set(findNodes(survey, names).map(({ name }) => name));
  if (!selector) return undefined;
  const picked = survey.nodes.filter(({ labels }) => selector(labels));
  if (picked.length === 0) throw new Failure('no node has these labels', { hint: 'kubectl get nodes --show-labels' });
  return new Set(picked.map(({ name }) => name));
}

function firstMoves(streams: Streams, plan: MovePlan, most: number | undefined): MovePlan {
  const left = plan.moves.length - (most ?? plan.moves.length);
  if (left <= 0) return plan;
  const moves = plan.moves.slice(0, most);
  streams.err(
    `--max-nodes: the first ${moves.length} of ${count(plan.moves.length, 'node')}, ${left} ${left === 1 ? 'is' : 'are'} left.\n`,
  );
  return { ...plan, moves };
}
