import { connectionFlags } from './flags/connection.ts';
import { SETTING_FLAGS, settingFlags } from './flags/settings.ts';
import { SOURCE_FLAGS } from './flags/source.ts';
import type { Subcommand } from './subcommand.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

export const capacity: Subcommand = {
  name: 'capacity',
  words: '',
  summary: 'Count the nodes that the cluster CIDR holds',
  description: [
    'Count the nodes that the cluster CIDR holds, as kube-controller-manager does: possible, under the service',
    'range, used and free, of each family. With --nodes it answers with the flags that hold so many nodes in all:',
    'a cluster CIDR grows around itself and a node mask stays, but for --max-pods. Where there is no cluster yet, and',
    'no node mask is given, they are the smallest ones.',
    'When the settings that it needs are all given, it contacts no cluster.',
    'Exit code 1 when --compare finds an error or a warning.',
  ].join('\n'),
  examples: [
    ['kubectl podcidr capacity', 'the cluster'],
    [
      'kubectl podcidr capacity --cluster-cidr=10.244.0.0/16 --node-cidr-mask-size=24 --service-cluster-ip-range=10.96.0.0/12',
      'these settings, without a cluster',
    ],
    ['kubectl podcidr capacity --nodes=500 --max-pods=110', 'flags for 500 nodes with 110 pods each'],
    [
      'kubectl podcidr capacity --nodes=500 --cluster-cidr=10.244.0.0/16 --service-cluster-ip-range=10.96.0.0/12',
      'the same for a cluster that is not there yet',
    ],
    [
      'kubectl podcidr capacity --compare --cluster-cidr=10.240.0.0/12',
      'what these settings would break, before kube-controller-manager is restarted',
    ],
  ],
  flags: {
    output: { type: 'text', short: 'o', value: 'FORMAT', choices: OUTPUTS, help: `one of ${OUTPUTS.join(', ')}` },
    nodes: {
      type: 'text',
      value: 'N',
      help: 'the flags that hold so many nodes in all, those that there are included',
    },
    'max-pods': {
      type: 'text',
      value: 'N',
      help: 'with --nodes: pods that a node may have (without a cluster 110); a larger subnet changes the node mask',
    },
    compare: {
      type: 'bool',
      help: 'what the settings given, or those that --nodes chooses, would break in this cluster or dump',
    },
    ...SOURCE_FLAGS,
    ...SETTING_FLAGS,
  },
  reads: true,
  async run(context, args) {
    const { runCapacity } = await import('../commands/capacity.ts');
    return runCapacity(context, {
      words: args.words,
      output: OUTPUTS.find((one) => one === args.text('output')) ?? 'table',
      nodes: args.text('nodes'),
      maxPods: args.text('max-pods'),
      compare: args.bool('compare') ?? false,
      filenames: args.texts('filename'),
      settings: settingFlags(args),
      connection: connectionFlags(args),
    });
  },
};
