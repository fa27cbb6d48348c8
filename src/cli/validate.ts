import { connectionFlags } from './flags/connection.ts';
import { FLANNEL_ETCD_FLAGS, flannelStore } from './flags/flannel-etcd.ts';
import { SETTING_FLAGS, settingFlags } from './flags/settings.ts';
import { SOURCE_FLAGS } from './flags/source.ts';
import type { Subcommand } from './subcommand.ts';

const OUTPUTS = ['table', 'json', 'yaml', 'junit', 'prometheus'] as const;
const FAIL_ON = ['error', 'warning', 'info', 'never'] as const;

export const validate: Subcommand = {
  name: 'validate',
  words: '',
  summary: 'Find what is wrong with the pod subnets, and say what to do',
  description:
    'Find what is wrong with the pod subnets of the nodes, with evidence and the next command.\nExit code 1 when errors were found; see --fail-on.',
  examples: [
    ['kubectl podcidr validate', 'the cluster'],
    ['kubectl podcidr validate -o json', 'for a program'],
    ['kubectl podcidr validate -o junit --fail-on=warning > podcidr.xml', 'for a build server'],
    ['kubectl podcidr validate -o prometheus --fail-on=never > podcidr.prom', "for node_exporter's textfile collector"],
    ['kubectl podcidr validate -f nodes.yaml --cluster-cidr=10.244.0.0/16', 'a dump, with a setting that is not in it'],
  ],
  flags: {
    output: { type: 'text', short: 'o', value: 'FORMAT', choices: OUTPUTS, help: `one of ${OUTPUTS.join(', ')}` },
    only: { type: 'texts', value: 'CODE', help: 'run only these checks, separated by commas' },
    skip: { type: 'texts', value: 'CODE', help: 'leave these checks out, separated by commas' },
    'fail-on': {
      type: 'text',
      value: 'SEVERITY',
      choices: FAIL_ON,
      anyCase: true,
      help: 'exit 1 from this severity on: error (the default), warning, info or never',
    },
    ...FLANNEL_ETCD_FLAGS,
    ...SOURCE_FLAGS,
    ...SETTING_FLAGS,
  },
  reads: true,
  async run(context, args) {
    const { runValidate } = await import('../commands/validate.ts');
    return runValidate(context, {
      words: args.words,
      output: OUTPUTS.find((one) => one === args.text('output')) ?? 'table',
      only: codes(args.texts('only')),
      skip: codes(args.texts('skip')),
      failOn: FAIL_ON.find((one) => one === args.text('fail-on')?.toLowerCase()) ?? 'error',
      flannelStore: flannelStore(args),
      filenames: args.texts('filename'),
      settings: settingFlags(args),
      connection: connectionFlags(args),
    });
  },
};

function codes(values: string[]): string[] {
  return values.flatMap((value) => value.split(','));
}
