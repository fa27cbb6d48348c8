import type { CheckReport, Severity } from '../model/finding.ts';
import { compareText } from '../model/text.ts';
import { escapeLine } from './escape.ts';

/** One metric of the text format: its samples are labels and a value each. */
interface Metric {
  name: string;
  help: string;
  samples: [labels: Record<string, string>, value: number][];
}

const SEVERITIES: Severity[] = ['error', 'warning', 'info'];

/**
 * The report in Prometheus' text format, for node_exporter's textfile collector. A check that found nothing says 0, so that an
 * alert ends; one that could not be judged has no sample but its own. It holds no time: node_exporter refuses such files, and
 * knows how old the file is (node_textfile_mtime_seconds).
 */
export function renderPrometheus({ findings, skipped }: CheckReport, codes: readonly string[], nodes: number): string {
  const unjudged = new Set(skipped.map(({ code }) => code));
  const judged = codes.filter((code) => !unjudged.has(code));
  const byNode = new Map<string, [labels: Record<string, string>, value: number]>();
  for (const { code, severity, nodes: named } of findings) {
    // Names that look the same once they are escaped are one: a sample that comes twice would spoil the whole file.
    for (const node of new Set(named.map(escapeLine))) {
      const key = JSON.stringify([node, code, severity]);
      byNode.set(key, [{ node, code, severity }, (byNode.get(key)?.[1] ?? 0) + 1]);
    }
  }
  const metrics: Metric[] = [
    { name: 'kubectl_podcidr_nodes', help: 'Nodes of the cluster that were looked at.', samples: [[{}, nodes]] },
    {
      name: 'kubectl_podcidr_findings',
      help: 'Findings of kubectl podcidr validate, by code and severity.',
      samples: judged.flatMap((code) =>
        SEVERITIES.map((severity): Metric['samples'][number] => [
          { code, severity },
          findings.filter((finding) => finding.code === code && finding.severity === severity).length,
        ]),
      ),
    },
    {
      name: 'kubectl_podcidr_node_findings',
      help: 'Findings that name a node, by node, code and severity.',
      samples: [...byNode.values()].sort(([a], [b]) => compareText(sortKey(a), sortKey(b))),
    },
    {
      name: 'kubectl_podcidr_check_skipped',
      help: '1 for a check that could not be judged, 0 for one that was.',
      samples: codes.map((code) => [{ code }, Number(unjudged.has(code))]),
    },
  ];
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(renderMetric)
    .join('');
}

function sortKey({ node = '', code = '', severity = '' }: Record<string, string>): string {
  return JSON.stringify([node, code, severity]);
}

function renderMetric({ name, help, samples }: Metric): string {
  const lines = [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(([labels, value]) => `${name}${renderLabels(labels)} ${value}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function renderLabels(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Backslash and quote, by the format's rules; line ends and all that acts on a terminal are escaped already. */
function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
