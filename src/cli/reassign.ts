import { Failure } from '../model/failure.ts';
import { ALLOCATOR_FLAGS, allocatorFlags } from './flags/allocator.ts';
import { connectionFlags } from './flags/connection.ts';
import { DRAIN_FLAGS, drainFlags } from './flags/drain.ts';
import { SETTING_FLAGS, settingFlags } from './flags/settings.ts';
import type { Subcommand } from './subcommand.ts';

const OUTPUTS = ['json', 'yaml'] as const;
const DRY_RUNS = ['none', 'client'] as const;

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
    ['kubectl podcidr reassign --invalid', 'every node that validate marks, by the fewest moves'],
    ['kubectl podcidr reassign --invalid --dry-run -o yaml > plan.yaml', 'a plan to review'],
    ['kubectl podcidr reassign --plan=plan.yaml', 'exactly that plan, or nothing'],
  ],
  flags: {
    cidr: { type: 'text', value: 'CIDR[,CIDR]', help: 'the new subnet, one of each family; with one node' },
    invalid: {
      type: 'bool',
      help: 'every node that validate marks: the fewest and least disruptive moves that cure them; names narrow it',
    },
    selector: { type: 'text', short: 'l', value: 'SELECTOR', help: 'with --invalid: only nodes with these labels' },
    'max-nodes': { type: 'text', value: 'N', help: 'only the first N moves of the plan' },
    plan: {
      type: 'text',
      value: 'FILE',
      help: 'carry out exactly the plan that a dry run printed with -o json or yaml, or nothing; - is standard input',
    },
    'dry-run': {
      type: 'text',
      value: 'MODE',
      choices: DRY_RUNS,
      help: 'none or client: client only shows the plan, and is meant when no mode is given',
    },
    output: {
      type: 'text',
      short: 'o',
      value: 'FORMAT',
      choices: OUTPUTS,
      help: 'json or yaml: the operation, or the plan with a dry run',
    },
    print: {
      type: 'text',
      value: 'WHAT',
      choices: ['node'],
      help: 'with a dry run: node prints the Nodes that would be posted, as a List in JSON, or in YAML with -o yaml',
    },
    yes: { type: 'bool', short: 'y', help: 'do not ask' },
    'machine-paused': {
      type: 'bool',
      help: 'attest that no machine controller acts while the Node is gone for a moment',
    },
    'ignore-unlisted': { type: 'bool', help: 'go on although some kinds could not be searched for what the Node owns' },
    'state-dir': { type: 'text', value: 'FOLDER', help: 'where backups are kept on this machine' },
    ...ALLOCATOR_FLAGS,
    ...DRAIN_FLAGS,
    ...SETTING_FLAGS,
  },
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
      dryRun: args.text('dry-run') === 'client',
      output: OUTPUTS.find((one) => one === args.text('output')),
      printNode: args.text('print') === 'node',
      yes: args.bool('yes') ?? false,
      machinePaused: args.bool('machine-paused') ?? false,
      ignoreUnlisted: args.bool('ignore-unlisted') ?? false,
      allocatorRestart: allocatorFlags(args),
      drain: drainFlags(args),
      stateDir: args.text('state-dir'),
      settings: settingFlags(args),
      connection: connectionFlags(args),
    });
  },
};
