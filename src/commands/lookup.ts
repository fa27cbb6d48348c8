import type { Block } from '../model/cidr.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import type { LookedUp } from '../model/lookup.ts';
import { isNodeName } from '../model/node-name.ts';
import { quote } from '../model/quote.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { lookUp } from '../plan/lookup.ts';
import { renderDocument } from '../render/document.ts';
import { escapeLine } from '../render/escape.ts';
import { lookupDocument, renderLookup } from '../render/lookup.ts';
import { BITS } from '../subnet/family.ts';
import { parseBlock } from '../subnet/parse.ts';
import type { Context } from './context.ts';
import { type Source, surveyAndJudge } from './read-survey.ts';

export interface LookupArgs extends Source {
  /** Addresses and subnets. */
  words: string[];
  output: 'table' | 'json' | 'yaml';
}

/**
 * `lookup`: whose these addresses are. Exit code 1 when one of them is nobody's, as kubectl get exits for what there is not, or
 * when more than one answers for it.
 */
export async function runLookup(context: Context, args: LookupArgs): Promise<ExitCode> {
  if (args.words.length === 0) {
    throw new Failure('lookup needs an address or a subnet', {
      hint: 'for example: kubectl podcidr lookup 10.244.1.7',
    });
  }
  const queries = args.words.map(readQuery);
  const { survey } = await surveyAndJudge(context, args, { pods: podsFor(queries) }, () => ({
    findings: [],
    skipped: [],
  }));
  const items = queries.map((query) => lookUp(query, survey));
  const { streams } = context;
  if (args.output === 'table') streams.out(renderLookup(items, streams.columns));
  else streams.out(renderDocument(lookupDocument(items), args.output));
  for (const line of lastLines(items, survey)) streams.err(`${escapeLine(line)}\n`);
  return items.every(isClear) ? EXIT.fine : EXIT.problems;
}

/** An address or a subnet, as strict as all that an operator writes. Throws Failure with what is wrong. */
function readQuery(word: string): Block {
  if (word === '') throw new Failure(`${quote(word)} is neither an address nor a subnet: it is empty`);
  const whole = word.includes('/') ? word : `${word}/${BITS[word.includes(':') ? 'IPv6' : 'IPv4']}`;
  const parsed = parseBlock(whole);
  if (parsed.ok) return parsed.block;
  const what = `${quote(word)} is neither an address nor a subnet`;
  if (word.includes('/')) throw new Failure(`${what}: ${parsed.reason}`);
  const around = subnetOf(word);
  if (around !== undefined) {
    throw new Failure(`${what}: an IPv4 address has four numbers; for the subnet write ${around}`);
  }
  if (/[a-z]/.test(word) && isNodeName(word) && !/^\d+\./.test(word)) {
    throw new Failure(what, { hint: `if it is a node: kubectl podcidr list ${word}` });
  }
  // It was read as a subnet of one address.
  const reason = parsed.reason.replace(/ with a prefix length, .*/, '').replace(/\/(32|128)$/, '');
  throw new Failure(`${what}: ${reason}`);
}

/** 10.244.31.0/24 for 10.244.31, the beginning of an address; undefined for all else. */
function subnetOf(word: string): string | undefined {
  if (!/^\d+(\.\d+){0,2}\.?$/.test(word)) return undefined;
  const numbers = word.split('.').filter(Boolean);
  const text = `${[...numbers, '0', '0', '0'].slice(0, 4).join('.')}/${8 * numbers.length}`;
  return parseBlock(text).ok ? text : undefined;
}

/** The server finds pods by one address; a subnet, and many addresses, need all of them. */
function podsFor(queries: Block[]) {
  const single = queries.every(({ family, prefix }) => prefix === BITS[family]);
  return single && queries.length <= MOST_QUERIES
    ? { addresses: queries.map(({ text }) => text.replace(/\/\d+$/, '')) }
    : ('all' as const);
}

/** Requests for pods that are cheaper than reading all. */
const MOST_QUERIES = 16;

function isClear({ answers, conflicts }: LookedUp): boolean {
  return conflicts.length === 0 && answers.every(({ kind }) => !['free', 'outside', 'nobody'].includes(kind));
}

function lastLines(items: LookedUp[], { pods, settings }: ClusterSurvey): string[] {
  const { clusterCIDRs, serviceCIDRs } = settings;
  return [
    ...(pods.known ? [] : [`pods are not known: ${pods.reason}`]),
    ...(clusterCIDRs.known
      ? []
      : [`the cluster CIDR is not known: ${clusterCIDRs.reason}; give it with --cluster-cidr`]),
    ...(serviceCIDRs.known
      ? []
      : [`the service range is not known: ${serviceCIDRs.reason}; give it with --service-cluster-ip-range`]),
    ...items.flatMap(({ address, conflicts }) => conflicts.map((words) => `${address}: ${words}`)),
  ];
}
