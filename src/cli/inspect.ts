import { connectionFlags } from './flags/connection.ts';
import type { Subcommand } from './subcommand.ts';

const OUTPUTS = ['table', 'wide', 'json', 'yaml'] as const;
const HELPERS = ['auto', 'always', 'never'] as const;

export const inspect: Subcommand = {
  name: 'inspect',
  words: '[NODE…]',
  summary: 'Compare what nodes really have with what the API says',
  description: [
    'Look on the nodes themselves, and compare: the subnet that flannel works with, the bridge, the overlay device, routes',
    'and forwarding entries to every peer, packet forwarding, the configuration of the CNI. Nothing is changed.',
    "Commands are run in the CNI's own pod on the node, or in a privileged helper pod that is removed afterwards.",
    'Exit code 1 when something differs.',
  ].join('\n'),
  examples: [
    ['kubectl podcidr inspect worker-1', ''],
    ['kubectl podcidr inspect --all', 'every node, and only what differs'],
    ['kubectl podcidr inspect worker-1 --helper-pod=always', "files too that the CNI's pod does not see"],
  ],
  flags: {
    all: { type: 'bool', help: 'every node' },
    selector: { type: 'text', short: 'l', value: 'SELECTOR', help: 'nodes with these labels' },
    output: {
      type: 'text',
      short: 'o',
      value: 'FORMAT',
      choices: OUTPUTS,
      help: `one of ${OUTPUTS.join(', ')}; wide shows all facts also with --all and --selector`,
    },
    'helper-pod': {
      type: 'text',
      value: 'WHEN',
      choices: HELPERS,
      help: "auto (the default): where the CNI has no pod that runs; always: it sees files that the CNI's pod does not; never",
    },
    image: {
      type: 'text',
      value: 'IMAGE',
      help: "image of the helper pod, with sh and ip (default: that of the CNI's pod)",
    },
    namespace: {
      type: 'text',
      short: 'n',
      value: 'NAMESPACE',
      help: "namespace of the helper pod, which must allow privileged pods (default: that of the CNI's pod, else kube-system)",
    },
  },
  reads: true,
  async run(context, args) {
    const { runInspect } = await import('../commands/inspect.ts');
    const when = HELPERS.find((one) => one === args.text('helper-pod')) ?? 'auto';
    return runInspect(context, {
      names: args.words,
      all: args.bool('all') ?? false,
      selector: args.text('selector'),
      output: OUTPUTS.find((one) => one === args.text('output')) ?? 'table',
      helper: when === 'auto' ? 'allowed' : when,
      image: args.text('image'),
      namespace: args.text('namespace'),
      connection: connectionFlags(args),
    });
  },
};
