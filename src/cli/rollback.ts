import { ATTESTATION_FLAGS, attestationFlags } from './flags/attestation.ts';
import { connectionFlags } from './flags/connection.ts';
import { DRAIN_FLAGS, drainChanges } from './flags/drain.ts';
import { COOLDOWN_FLAG, durationFlag, OPERATION_FLAGS, OPERATION_OUTPUT, operationFlags } from './flags/operation.ts';
import { SETTING_FLAGS, settingFlags } from './flags/settings.ts';
import type { Subcommand } from './subcommand.ts';

export const rollback: Subcommand = {
  name: 'rollback',
  words: '[ID]',
  summary: 'Give the nodes of an operation their former subnets back',
  description: [
    'Give each node of an operation its former subnet back, by the same protocol, whether the operation was',
    'finished or interrupted. Without an ID: the only one that is interrupted. Nodes that had no subnet before',
    'keep what they were given. Nodes are drained as the operation was begun; a drain flag that is given here changes',
    'that. What speaks against deleting a Node is looked at anew.',
  ].join('\n'),
  examples: [
    ['kubectl podcidr rollback', 'take the interrupted operation back; asks before it does anything'],
    [
      'kubectl podcidr rollback 20261121-034501-1f2e3d --allow-conflict',
      'also where another node holds that subnet by now',
    ],
  ],
  flags: {
    'allow-conflict': { type: 'bool', help: 'give a subnet back although another node holds it by now' },
    ...COOLDOWN_FLAG,
    ...DRAIN_FLAGS,
    ...ATTESTATION_FLAGS,
    ...OPERATION_OUTPUT,
    ...OPERATION_FLAGS,
    ...SETTING_FLAGS,
  },
  reads: false,
  async run(context, args) {
    const { runRollback } = await import('../commands/rollback.ts');
    return runRollback(context, {
      ids: args.words,
      allowConflict: args.bool('allow-conflict') ?? false,
      cooldown: durationFlag(args, 'cooldown'),
      drain: drainChanges(args),
      ...attestationFlags(args),
      ...operationFlags(args),
      settings: settingFlags(args),
      connection: connectionFlags(args),
    });
  },
};
