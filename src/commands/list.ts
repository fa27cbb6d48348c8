import { SUBNET_CODES } from '../checks/catalogue.ts';
import { codesByNode, runChecks } from '../checks/run.ts';
import { isTooYoung } from '../cni/may-lack-subnet.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import { nodeName } from '../model/node-name.ts';
import type { ClusterSurvey, SurveyPod } from '../model/survey.ts';
import type { ListRow } from '../render/columns.ts';
import { renderList, renderListSummary } from '../render/list.ts';
import { parseSelector, type Selector } from '../survey/selector.ts';
import type { Context } from './context.ts';
import { orderOf } from './list-order.ts';
import { rowWriter, type WriteRows } from './list-output.ts';
import { namedNodes } from './named-nodes.ts';
import { type Judged, type Source, surveyAndJudge } from './read-survey.ts';

export interface ListArgs extends Source {
  /** Nodes to show, NAME or node/NAME; none: all. */
  names: string[];
  /** table, wide, json, yaml, name, or one with a template: `jsonpath={.items[*].name}`. */
  output: string;
  selector: string | undefined;
  sortBy: string | undefined;
  noHeaders: boolean;
}

/** `list`: the subnet of each node and what is wrong with it. All nodes are judged, whatever is shown. */
export async function runList(context: Context, args: ListArgs): Promise<ExitCode> {
  if (args.names.length > 0 && args.selector) throw new Failure('name cannot be provided when a selector is specified');
  const names = [...new Set(args.names.map(nodeName))];
  const selector = parseSelector(args.selector ?? '');
  const order = orderOf(args.sortBy);
  const write = await rowWriter(args.output, !args.noHeaders, context.streams);
  const needs = { pods: args.output === 'wide' ? 'all' : 'none' } as const;
  const judged = await surveyAndJudge(context, args, needs, (read) => runChecks(read, { codes: SUBNET_CODES }));
  const rows = pick(judged, names, selector);
  if (args.names.length === 0 || args.sortBy !== undefined) rows.sort(order);
  print(context, args, rows, judged, write);
  return EXIT.fine;
}

function print(
  { streams }: Context,
  args: ListArgs,
  rows: ListRow[],
  { survey, report }: Judged,
  write: WriteRows | undefined,
): void {
  if (write) streams.out(write(rows, report.skipped));
  else if (rows.length === 0) streams.err('No resources found\n');
  else {
    const headers = !args.noHeaders;
    streams.out(renderList(rows, { wide: args.output === 'wide', headers, terminal: streams.columns }));
    const young = rows.filter(({ node }) => isTooYoung(node, survey)).length;
    streams.err(renderListSummary(rows, report.skipped, young));
  }
}

function pick({ survey, report }: Judged, names: string[], selector: Selector): ListRow[] {
  const codes = codesByNode(report);
  const pods = podsByNode(survey);
  const nodes = names.length > 0 ? namedNodes(survey, names) : survey.nodes.filter(({ labels }) => selector(labels));
  return nodes.map((node) => ({
    node,
    codes: codes.get(node.name) ?? [],
    pods: pods && (pods.get(node.name) ?? []),
    now: survey.now,
  }));
}

function podsByNode({ pods }: ClusterSurvey): Map<string, SurveyPod[]> | undefined {
  return pods.known ? Map.groupBy(pods.value, ({ node }) => node) : undefined;
}
