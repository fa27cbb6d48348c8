import { expectedNode, type Peer, peersOf } from '../checks/node/expected.ts';
import { reportNode } from '../checks/node/judge.ts';
import { factLines } from '../checks/node/lines.ts';
import { isVirtualNode } from '../cni/virtual-node.ts';
import { listCNIPods } from '../host/cni-pods.ts';
import { removeDeadHelpers } from '../host/helpers.ts';
import type { ShellOptions } from '../host/open-shell.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { ConnectionFlags } from '../model/connection.ts';
import type { NodeReport, UnreadNode } from '../model/fact-line.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import { nodeName } from '../model/node-name.ts';
import type { ClusterSurvey, SurveyNode } from '../model/survey.ts';
import { count } from '../model/text.ts';
import { Leaving, Left } from '../operate/leaving.ts';
import { renderDocument } from '../render/document.ts';
import { escapeLine } from '../render/escape.ts';
import { nodeFactsReport, renderInspecting, renderNodeFacts, renderNodeFactsSummary } from '../render/node-facts.ts';
import { parseSelector } from '../survey/selector.ts';
import { surveyCluster } from '../survey/survey.ts';
import type { Context } from './context.ts';
import { namedNodes } from './named-nodes.ts';
import { type Look, readFacts } from './read-facts.ts';
import { tellInterrupted } from './read-survey.ts';

export interface InspectArgs {
  /** NAME or node/NAME. */
  names: string[];
  all: boolean;
  selector: string | undefined;
  output: 'table' | 'wide' | 'json' | 'yaml';
  helper: ShellOptions['helper'];
  image: string | undefined;
  namespace: string | undefined;
  connection: ConnectionFlags;
}

/** `inspect`: what nodes really have against what the API says of them. Exit code 1 when something differs. */
export async function runInspect(context: Context, args: InspectArgs): Promise<ExitCode> {
  checkArgs(args);
  const wire = await context.connect(args.connection);
  const leaving = new Leaving();
  const release = context.signals.hold((signal) => leaving.ask(signal));
  try {
    return await leaving.race(() => inspect(context, wire, args));
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    throw new Failure(error.message, {
      hint: 'a helper pod may be left, which ends by itself: kubectl get pods -A -l app.kubernetes.io/managed-by=kubectl-podcidr',
    });
  } finally {
    context.streams.status(undefined);
    release();
    wire.close();
  }
}

function checkArgs({ names, all, selector }: InspectArgs): void {
  const given = [names.length > 0, all, selector !== undefined].filter((one) => one).length;
  if (given > 1) throw new Failure('give nodes, --selector or --all, one of them');
  if (given === 0) {
    throw new Failure('no node is named', { hint: 'kubectl podcidr inspect NODE…, or --all for every node' });
  }
}

async function inspect(context: Context, wire: Wire, args: InspectArgs): Promise<ExitCode> {
  const { streams, signals } = context;
  const tell = (line: string) => streams.err(`${escapeLine(line)}\n`);
  const survey = await readNodes(wire);
  tellInterrupted(context, survey);
  const nodes = choose(survey, args, tell);
  if (nodes.length === 0) {
    streams.err('No resources found\n');
    return EXIT.fine;
  }
  const names = nodes.map(({ name }) => name);
  const agents = await listCNIPods(wire, names.length === 1 ? names[0] : undefined);
  await removeDeadHelpers(wire, survey.now, tell);
  let done = 0;
  streams.status((columns) => renderInspecting(done, names.length, columns));
  const looks = await readFacts(wire, names, agents, {
    clock: context.clock,
    helper: args.helper,
    image: args.image,
    namespace: args.namespace,
    nonce: context.random(8),
    tell,
    waitMs: context.waits.nodeShell,
    stopping: () => signals.caught !== undefined,
    done: () => {
      done += 1;
    },
  });
  streams.status(undefined);
  if (signals.caught !== undefined)
    throw new Failure(`${signals.caught}: stopped after ${done} of ${count(names.length, 'node')}`);
  const unread = looks.flatMap((look) => ('error' in look ? [look] : []));
  if (unread.length === looks.length) throw nothingRead(unread.map(({ error }) => error));
  const reports = await judge(wire, survey, looks);
  return conclude(context, args, reports, unread);
}

function readNodes(wire: Wire): Promise<ClusterSurvey> {
  return surveyCluster(wire, { pods: 'none', clusterUID: false, freshness: 'quorum' }, {});
}

/** Nodes that nobody names are left out where no command can be run. */
function choose(survey: ClusterSurvey, { names, selector }: InspectArgs, tell: (line: string) => void): SurveyNode[] {
  if (names.length > 0) return namedNodes(survey, [...new Set(names.map(nodeName))]);
  const chosen = parseSelector(selector ?? '');
  const nodes = survey.nodes.filter(({ labels }) => chosen(labels));
  const apt = nodes.filter((node) => !isVirtualNode(node) && node.labels['kubernetes.io/os'] !== 'windows');
  const left = nodes.length - apt.length;
  if (left > 0)
    tell(
      `Not inspected: ${count(left, 'node')} that ${left === 1 ? 'is' : 'are'} virtual or run${left === 1 ? 's' : ''} Windows`,
    );
  return apt;
}

/** What differs is compared once more with Nodes read afterwards: one may have joined, or moved, while facts were read. */
async function judge(wire: Wire, before: ClusterSurvey, looks: Look[]): Promise<NodeReport[]> {
  const first = reportsOf(before, looks);
  if (first.every(({ findings }) => findings.length === 0)) return first;
  const raised = new Set(first.flatMap(({ findings }) => findings.map(keyOf)));
  const again = reportsOf(await readNodes(wire), looks);
  return again.map((report) => {
    const findings = report.findings.filter((finding) => raised.has(keyOf(finding)));
    return { ...report, findings };
  });
}

function keyOf({ code, nodes }: { code: string; nodes: string[] }): string {
  return `${code} ${nodes.join(' ')}`;
}

function reportsOf(survey: ClusterSurvey, looks: Look[]): NodeReport[] {
  const peers = peersOf(survey);
  const byName = new Map(survey.nodes.map((node) => [node.name, node]));
  return looks.flatMap((look) => {
    const node = byName.get(look.node);
    return node && 'facts' in look ? [reportOf(node, peers, look)] : [];
  });
}

function reportOf(node: SurveyNode, peers: Peer[], look: Extract<Look, { facts: unknown }>): NodeReport {
  const { facts, agents, podAddresses } = look;
  const expected = expectedNode(node, peers, agents, podAddresses);
  const { findings, skipped } = reportNode(facts, expected);
  const { name, podCIDRs } = node;
  return { node: name, source: facts.source, podCIDRs, facts: factLines(facts, expected, findings), findings, skipped };
}

/** One node's own words; of many the first's. */
function nothingRead(errors: Error[]): Error {
  const [first] = errors;
  if (!first || errors.length === 1) return first ?? new Failure('nothing was read');
  const hint = first instanceof Failure ? first.hint : undefined;
  return new Failure(`none of ${count(errors.length, 'node')} could be read: ${reasonOf(first)}`, {
    cause: first,
    ...(hint === undefined ? {} : { hint }),
  });
}

function reasonOf(error: Error): string {
  return error instanceof ApiError ? error.describe : error.message;
}

function conclude(
  { streams }: Context,
  { output, all, selector }: InspectArgs,
  reports: NodeReport[],
  failed: { node: string; error: Error }[],
): ExitCode {
  const unread: UnreadNode[] = failed.map(({ node, error }) => ({ node, reason: reasonOf(error) }));
  if (output === 'json' || output === 'yaml') streams.out(renderDocument(nodeFactsReport(reports, unread), output));
  else {
    const wrongOnly = output === 'table' && (all || selector !== undefined);
    const text = renderNodeFacts(reports, { wrongOnly, columns: streams.columns });
    if (text !== '') streams.out(text);
  }
  const lines = [...unread.map(({ reason }) => `error: ${reason}`), ...renderNodeFactsSummary(reports, unread)];
  streams.err(lines.map((line) => `${escapeLine(line)}\n`).join(''));
  const differs = reports.some(({ findings }) => findings.some(({ severity }) => severity !== 'info'));
  return differs || unread.length > 0 ? EXIT.problems : EXIT.fine;
}
