import { connectionFlags } from './flags/connection.ts';
import { SETTING_FLAGS, settingFlags } from './flags/settings.ts';
import type { Subcommand } from './subcommand.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;
const PROBES = ['auto', 'never'] as const;

export const verify: Subcommand = {
  name: 'verify',
  words: '[NODE…]',
  summary: 'See whether what was cured stays cured',
  description: [
    'See whether nodes have their subnets, whether what is on them agrees with the API, and whether pods reach each',
    'other: those of the node, of the node that it shared a subnet with, and of a third one. Each line says pass, fail',
    'or not checked, and why. Without a name: the nodes of the operations that were finished in the last 30 days.',
    'Makes a short-lived pod without any right on each of these nodes, and removes it. Exit code 1 when something fails.',
  ].join('\n'),
  examples: [
    ['kubectl podcidr verify', 'the nodes that were moved lately'],
    ['kubectl podcidr verify worker-1 worker-289', 'these, whatever became of them'],
    ['kubectl podcidr verify worker-1 --probe=never -o json', 'without making a pod, for a program'],
  ],
  flags: {
    output: { type: 'text', short: 'o', value: 'FORMAT', choices: OUTPUTS, help: `one of ${OUTPUTS.join(', ')}` },
    'no-headers': { type: 'bool', help: 'leave out the header line' },
    probe: {
      type: 'text',
      value: 'MODE',
      choices: PROBES,
      help: 'auto or never: auto makes short-lived pods that ask each other for their names; never makes no pod (default: auto)',
    },
    image: {
      type: 'text',
      value: 'IMAGE',
      help: "image of the pods that are made; it needs sh and nc (default: that of the CNI's pod on the node)",
    },
    namespace: {
      type: 'text',
      short: 'n',
      value: 'NAMESPACE',
      help: "namespace of the pods that are made (default: that of the CNI's pod)",
    },
    'state-dir': { type: 'text', value: 'FOLDER', help: 'where backups are kept on this machine' },
    ...SETTING_FLAGS,
  },
  reads: true,
  async run(context, args) {
    const { runVerify } = await import('../commands/verify.ts');
    return runVerify(context, {
      names: args.words,
      output: OUTPUTS.find((one) => one === args.text('output')) ?? 'table',
      noHeaders: args.bool('no-headers') ?? false,
      probe: PROBES.find((one) => one === args.text('probe')) ?? 'auto',
      image: args.text('image'),
      namespace: args.text('namespace'),
      stateDir: args.text('state-dir'),
      settings: settingFlags(args),
      connection: connectionFlags(args),
    });
  },
};
