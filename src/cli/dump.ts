import { connectionFlags } from './flags/connection.ts';
import { FLANNEL_ETCD_FLAGS, flannelStore } from './flags/flannel-etcd.ts';
import { SOURCE_FLAGS } from './flags/source.ts';
import type { Subcommand } from './subcommand.ts';

const OUTPUTS = ['yaml', 'json'] as const;

export const dump: Subcommand = {
  name: 'dump',
  words: '',
  summary: 'Write what this tool reads of a cluster to one file, for a ticket',
  description:
    'Write all that list, validate and the other reading commands look at, and nothing else, as a List to\nstandard output. They say the same of it, with -f, as of the cluster. There are no Secrets in it, no\nenvironment variables, no annotations but those that are read. It is no backup: restore refuses it.',
  examples: [
    ['kubectl podcidr dump > cluster.yaml', 'the cluster'],
    ['kubectl podcidr dump --redact > cluster.yaml', 'nodes, pods and namespaces renamed; addresses stay as they are'],
    ['kubectl podcidr validate -f cluster.yaml', 'the same report as of the cluster'],
    ['kubectl podcidr dump --redact -f nodes.yaml', 'of what kubectl get nodes,pods -A -o yaml wrote'],
  ],
  flags: {
    output: { type: 'text', short: 'o', value: 'FORMAT', choices: OUTPUTS, help: 'yaml (the default) or json' },
    redact: { type: 'bool', help: 'rename nodes, pods and namespaces, and leave out labels that decide nothing' },
    ...FLANNEL_ETCD_FLAGS,
    ...SOURCE_FLAGS,
  },
  reads: true,
  async run(context, args) {
    const { runDump } = await import('../commands/dump.ts');
    return runDump(context, {
      words: args.words,
      output: OUTPUTS.find((one) => one === args.text('output')) ?? 'yaml',
      redact: args.bool('redact') ?? false,
      flannelStore: flannelStore(args),
      filenames: args.texts('filename'),
      connection: connectionFlags(args),
    });
  },
};
