import { DRAIN_FLAGS, drainFlags } from './flags/drain.ts';
import { MOVING_FLAGS, movingFlags } from './flags/moving.ts';
import { SETTING_FLAGS } from './flags/settings.ts';
import type { Subcommand } from './subcommand.ts';

export const reset: Subcommand = {
  name: 'reset',
  words: 'NODE…',
  summary: 'Let kube-controller-manager give nodes a new pod subnet',
  description: [
    'Create the Node object again without a subnet and wait for the one that kube-controller-manager gives it; the',
    'machine is not touched. By the same protocol as reassign. When none comes in time, the node gets its former',
    'subnet back, or a free one where another node holds that; one that is in use is replaced.',
  ].join('\n'),
  examples: [
    ['kubectl podcidr reset worker-1 --dry-run=client', 'show the plan'],
    ['kubectl podcidr reset worker-1 worker-2', 'asks before it does anything'],
  ],
  flags: { ...MOVING_FLAGS, ...DRAIN_FLAGS, ...SETTING_FLAGS },
  reads: false,
  async run(context, args) {
    const { runReset } = await import('../commands/reset.ts');
    return runReset(context, { nodes: args.words, ...movingFlags(args), drain: drainFlags(args) });
  },
};
