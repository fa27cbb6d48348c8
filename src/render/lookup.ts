import type { Answer, AnswerKind, LookedUp } from '../model/lookup.ts';
import { renderTable } from './table.ts';

const WORDS: Record<AnswerKind, string> = {
  node: 'node subnet',
  pod: 'pod',
  nodeAddress: 'node address',
  serviceRange: 'service range',
  free: 'free',
  outside: 'outside the cluster CIDR',
  nobody: 'nobody',
};

/** The answers as data (a contract): kind LookupReport. */
export function lookupDocument(items: LookedUp[]): object {
  return { apiVersion: 'kubectl-podcidr/v1', kind: 'LookupReport', items };
}

/** A row for each answer; `columns`: of the terminal that the table must fit. */
export function renderLookup(items: LookedUp[], columns?: number): string {
  return renderTable(
    ['ADDRESS', 'IS', 'NAME', 'NODE', 'RANGE'],
    items.flatMap(({ address, answers }) => answers.map((answer) => [address, ...cells(answer)])),
    columns,
  );
}

/** Of a node's own address the name is its kind: InternalIP, ExternalIP. */
function cells({ kind, name = '', namespace, node = '', range = '' }: Answer): string[] {
  if (kind === 'nodeAddress') return [`${WORDS[kind]} (${name})`, node, node, range];
  return [WORDS[kind], namespace === undefined ? name : `${namespace}/${name}`, node, range];
}
