import { SUBNET_CODES } from '../checks/catalogue.ts';
import { codesByNode, runChecks } from '../checks/run.ts';
import { isTooYoung } from '../cni/may-lack-subnet.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import { nodeName } from '../model/node-name.ts';
import type { ClusterSurvey, SurveyPod } from '../model/survey.ts';
import type { ListRow } from '../render/columns.ts';
import { renderDocument } from '../render/document.ts';
import { nodeSubnetList, renderList, renderListSummary, renderNames } from '../render/list.ts';
import { parseSelector, type Selector } from '../survey/selector.ts';
import type { Context } from './context.ts';
import { orderOf } from './list-order.ts';
import { namedNodes } from './named-nodes.ts';
import { type Judged, type Source, surveyAndJudge } from './read-survey.ts';

export interface ListArgs extends Source {
  /** Nodes to show, NAME or node/NAME; none: all. */
  names: string[];
  output: 'table' | 'wide' | 'json' | 'yaml' | 'name';
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
  const judged = await surveyAndJudge(context, args, args.output === 'wide' ? 'all' : 'none', (read) =>
    runChecks(read, { codes: SUBNET_CODES }),
  );
  const rows = pick(judged, names, selector);
  if (args.names.length === 0 || args.sortBy !== undefined) rows.sort(order);
  print(context, args, rows, judged);
  return EXIT.fine;
}

function print({ streams }: Context, args: ListArgs, rows: ListRow[], { survey, report }: Judged): void {
  const data = renderData(args.output, rows);
  if (data !== undefined) streams.out(data);
  else if (rows.length === 0) streams.err('No resources found\n');
  else {
    streams.out(renderList(rows, { wide: args.output === 'wide', headers: !args.noHeaders }));
    const young = rows.filter(({ node }) => isTooYoung(node, survey)).length;
    streams.err(renderListSummary(rows, report.skipped, young));
  }
}

/** What a program reads; undefined for tables. */
function renderData(output: ListArgs['output'], rows: ListRow[]): string | undefined {
  if (output === 'json' || output === 'yaml') return renderDocument(nodeSubnetList(rows), output);
  return output === 'name' ? renderNames(rows) : undefined;
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
