import { MOVING_FLAGS, movingFlags } from './flags/moving.ts';
import { SETTING_FLAGS } from './flags/settings.ts';
import type { Subcommand } from './subcommand.ts';

export const restore: Subcommand = {
  name: 'restore',
  words: '-f FILE [NODE[=CIDR[,CIDR]]…]',
  summary: 'Bring back a Node that was lost',
  description: [
    'Post a Node that is absent back from a file: a dump (kubectl get nodes -o yaml), or NODE.json or NODE.record of',
    'a backup of this tool. It gets the subnet named for it, else its own if nobody holds that now, else a free one.',
    'Without names: every Node of the file that is absent.',
  ].join('\n'),
  examples: [
    ['kubectl podcidr restore -f nodes.yaml worker-1 --dry-run=client', 'show the plan'],
    ['kubectl podcidr restore -f nodes.yaml worker-1', 'asks before it does anything'],
  ],
  flags: {
    filename: { type: 'texts', short: 'f', value: 'FILE', help: 'file that has the Node; - is standard input' },
    ...MOVING_FLAGS,
    ...SETTING_FLAGS,
  },
  reads: false,
  async run(context, args) {
    const { runRestore } = await import('../commands/restore.ts');
    return runRestore(context, {
      filenames: args.texts('filename'),
      wishes: args.words,
      ...movingFlags(args),
      drain: undefined,
    });
  },
};
