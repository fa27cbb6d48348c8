import { Failure } from '../model/failure.ts';
import { DRAIN_FLAGS, drainFlags } from './flags/drain.ts';
import { MOVING_FLAGS, movingFlags } from './flags/moving.ts';
import { SETTING_FLAGS } from './flags/settings.ts';
import type { Subcommand } from './subcommand.ts';

export const reassign: Subcommand = {
  name: 'reassign',
  words: '[NODE[=CIDR[,CIDR]]…]',
  summary: 'Give nodes another pod subnet',
  description: [
    'Give nodes another pod subnet: the one named, or the highest free one of the cluster CIDR.',
    'A subnet that is set cannot be changed, so the Node is deleted and created again at once, after',
    'everything that is needed to bring it back was stored on disk and in the cluster. Before that the node is',
    'drained: pods keep their old addresses for life. The machine and what is on the host network keep running.',
  ].join('\n'),
  examples: [
    ['kubectl podcidr reassign worker-1 --dry-run=client', 'show the plan'],
    ['kubectl podcidr reassign worker-1', 'a free subnet; asks before it does anything'],
    ['kubectl podcidr reassign worker-1 --ignore-daemonsets --delete-emptydir-data', 'drain as kubectl drain would'],
    ['kubectl podcidr reassign worker-1=10.244.7.0/24 --yes', 'this subnet, without asking'],
    ['kubectl podcidr reassign --invalid', 'every node that list marks, by the fewest moves'],
    ['kubectl podcidr reassign --invalid --dry-run -o yaml > plan.yaml', 'a plan to review'],
    ['kubectl podcidr reassign --plan=plan.yaml', 'exactly that plan, or nothing'],
  ],
  flags: {
    cidr: { type: 'text', value: 'CIDR[,CIDR]', help: 'the new subnet, one of each family; with one node' },
    invalid: {
      type: 'bool',
      help: 'every node that list marks: the fewest and least disruptive moves that cure them; names narrow it',
    },
    selector: { type: 'text', short: 'l', value: 'SELECTOR', help: 'with --invalid: only nodes with these labels' },
    'max-nodes': { type: 'text', value: 'N', help: 'only the first N moves of the plan' },
    plan: {
      type: 'text',
      value: 'FILE',
      help: 'carry out exactly the plan that a dry run printed with -o json or yaml, or nothing; - is standard input',
    },
    ...MOVING_FLAGS,
    ...DRAIN_FLAGS,
    ...SETTING_FLAGS,
  },
  reads: false,
  async run(context, args) {
    if (args.texts('cidr').length > 1)
      throw new Failure('--cidr is given twice; write IPV4-CIDR,IPV6-CIDR for both families');
    const { runReassign } = await import('../commands/reassign.ts');
    return runReassign(context, {
      wishes: args.words,
      cidr: args.text('cidr'),
      invalid: args.bool('invalid') ?? false,
      selector: args.text('selector'),
      maxNodes: args.text('max-nodes'),
      planFile: args.text('plan'),
      ...movingFlags(args),
      drain: drainFlags(args),
    });
  },
};
