import { TEMPLATES } from '../commands/templates.ts';
import { connectionFlags } from './flags/connection.ts';
import { SETTING_FLAGS, settingFlags } from './flags/settings.ts';
import { SOURCE_FLAGS } from './flags/source.ts';
import type { Subcommand } from './subcommand.ts';

const OUTPUTS = ['table', 'wide', 'json', 'yaml', 'name'] as const;

export const list: Subcommand = {
  name: 'list',
  words: '[NODE…]',
  summary: 'Show the pod subnet of every node',
  description: 'Show the pod subnet (podCIDR) of every node and what is wrong with it.',
  examples: [
    ['kubectl podcidr list', 'every node'],
    ['kubectl podcidr list worker-1 -o wide', 'one node, with addresses in use and facts of its CNI'],
    ['kubectl podcidr list --sort-by=pod-cidr', 'by subnet'],
    ["kubectl podcidr list -o jsonpath='{.items[?(@.findings[*])].name}'", 'names of the nodes that have findings'],
    ['kubectl podcidr list -o custom-columns=NODE:.name,SUBNETS:.podCIDRs[*]', 'columns of your own'],
    ['kubectl get nodes -o json | kubectl podcidr list -f -', 'from a dump'],
  ],
  flags: {
    output: {
      type: 'text',
      short: 'o',
      value: 'FORMAT',
      choices: OUTPUTS,
      templates: TEMPLATES,
      help: `one of ${[...OUTPUTS, ...TEMPLATES.map((name) => `${name}=…`)].join(', ')}; templates, in kubectl's dialect, work on what -o json prints, columns on its items`,
    },
    selector: { type: 'text', short: 'l', value: 'SELECTOR', help: 'only nodes with these labels' },
    'sort-by': { type: 'text', value: 'COLUMN', help: 'sort by name, pod-cidr, status or age' },
    'no-headers': { type: 'bool', help: 'leave out the header line' },
    ...SOURCE_FLAGS,
    ...SETTING_FLAGS,
  },
  reads: true,
  async run(context, args) {
    const { runList } = await import('../commands/list.ts');
    return runList(context, {
      names: args.words,
      output: args.text('output') ?? 'table',
      selector: args.text('selector'),
      sortBy: args.text('sort-by'),
      noHeaders: args.bool('no-headers') ?? false,
      filenames: args.texts('filename'),
      settings: settingFlags(args),
      connection: connectionFlags(args),
    });
  },
};
