/** One sample of a text in Prometheus' format. */
export interface Sample {
  metric: string;
  labels: Record<string, string>;
  value: number;
}

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;

/**
 * Reads a text by the rules of the text-based exposition format 0.0.4, as node_exporter's textfile collector takes it: each line
 * ends with a line feed; HELP and TYPE once a metric, before its samples; the samples of a metric together, each label set once;
 * only \\, \" and \n escaped; no timestamps. Beside it promtool's lint: every metric has a HELP, a gauge is not named _total.
 * Throws Error.
 */
export function readPrometheus(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new Error('the last line does not end with a line feed');
  const samples: Sample[] = [];
  const helped = new Set<string>();
  const typed = new Map<string, string>();
  const seen = new Set<string>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    if (/\p{Cc}/u.test(line)) throw new Error(`a control character: ${JSON.stringify(line)}`);
    const [, comment, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (comment !== undefined) {
      if (!METRIC.test(name)) throw new Error(`no metric name: ${line}`);
      if (comment === 'HELP' ? helped.has(name) : typed.has(name)) throw new Error(`twice: ${line}`);
      if (samples.some(({ metric }) => metric === name)) throw new Error(`behind its samples: ${line}`);
      if (comment === 'TYPE' && !TYPES.includes(rest)) throw new Error(`no type: ${line}`);
      if (comment === 'HELP') helped.add(name);
      else typed.set(name, rest);
      continue;
    }
    const [, metric, labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    if (metric === undefined) throw new Error(`neither a sample nor a comment: ${line}`);
    if (!/^[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|Inf|NaN)$/.test(value)) throw new Error(`no value: ${line}`);
    if (!helped.has(metric) || !typed.has(metric)) throw new Error(`without HELP or TYPE: ${line}`);
    if (typed.get(metric) === 'gauge' && /_(total|count|sum|bucket)$/.test(metric))
      throw new Error(`no gauge: ${line}`);
    if (metric !== current && samples.some((sample) => sample.metric === metric)) throw new Error(`scattered: ${line}`);
    current = metric;
    const sample = { metric, labels: readLabels(labels, line), value: Number(value) };
    const key = JSON.stringify([metric, Object.entries(sample.labels).sort()]);
    if (seen.has(key)) throw new Error(`the same sample twice: ${line}`);
    seen.add(key);
    samples.push(sample);
  }
  return samples;
}

function readLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const [whole, name = '', value = ''] = LABEL.exec(rest) ?? [];
    if (whole === undefined || name in labels || name.startsWith('__')) throw new Error(`labels: ${line}`);
    labels[name] = value.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character));
    rest = rest.slice(whole.length);
  }
  return labels;
}
