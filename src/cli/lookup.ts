import { connectionFlags } from './flags/connection.ts';
import { SETTING_FLAGS, settingFlags } from './flags/settings.ts';
import { SOURCE_FLAGS } from './flags/source.ts';
import type { Subcommand } from './subcommand.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

export const lookup: Subcommand = {
  name: 'lookup',
  words: 'ADDRESS…',
  summary: 'Say whose an address or a subnet is',
  description: [
    'Say whose an address or a subnet is: the node or nodes whose pod subnet holds it, the pod that has it, a',
    "node's own address, the service range; or that it is free, or outside the cluster CIDR.",
    "Exit code 1 when one of them is nobody's, as kubectl get exits for what there is not, or when more than one",
    'answers for it: only 0 means that it is clear.',
  ].join('\n'),
  examples: [
    ['kubectl podcidr lookup 10.244.31.7', 'an address out of a log'],
    ['kubectl podcidr lookup 10.244.31.0/24 fd00:10:244:1f::/64', 'subnets'],
    ['kubectl get nodes,pods -A -o json | kubectl podcidr lookup 10.244.31.7 -f -', 'from a dump'],
  ],
  flags: {
    output: { type: 'text', short: 'o', value: 'FORMAT', choices: OUTPUTS, help: `one of ${OUTPUTS.join(', ')}` },
    ...SOURCE_FLAGS,
    ...SETTING_FLAGS,
  },
  reads: true,
  async run(context, args) {
    const { runLookup } = await import('../commands/lookup.ts');
    return runLookup(context, {
      words: args.words,
      output: OUTPUTS.find((one) => one === args.text('output')) ?? 'table',
      filenames: args.texts('filename'),
      settings: settingFlags(args),
      connection: connectionFlags(args),
    });
  },
};
