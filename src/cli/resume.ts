import { ATTESTATION_FLAGS, attestationFlags } from './flags/attestation.ts';
import { connectionFlags } from './flags/connection.ts';
import { DRAIN_FLAGS, drainChanges } from './flags/drain.ts';
import { OPERATION_FLAGS, OPERATION_OUTPUT, operationFlags } from './flags/operation.ts';
import { SETTING_FLAGS, settingFlags } from './flags/settings.ts';
import type { Subcommand } from './subcommand.ts';

export const resume: Subcommand = {
  name: 'resume',
  words: '[ID]',
  summary: 'Finish an operation that was interrupted',
  description: [
    'Finish an operation that was interrupted, whoever began it and on whatever machine: its journal is in the',
    'cluster (kube-system) and on the disk of the machine where it ran, and either is enough. Without an ID: the',
    'only one that is interrupted. Doing it again changes nothing more. Nodes are drained as the operation was begun;',
    'a drain flag that is given here changes that. What speaks against deleting a Node is looked at anew; what was',
    'vouched for when the operation was begun holds on.',
  ].join('\n'),
  examples: [
    ['kubectl podcidr resume', 'finish the interrupted operation; asks before it does anything'],
    ['kubectl podcidr resume 20261121-034501-1f2e3d --yes', 'this one, without asking'],
    ['kubectl podcidr resume --disable-eviction', 'go on where a PodDisruptionBudget let no pod go'],
  ],
  flags: { ...DRAIN_FLAGS, ...ATTESTATION_FLAGS, ...OPERATION_OUTPUT, ...OPERATION_FLAGS, ...SETTING_FLAGS },
  reads: false,
  async run(context, args) {
    const { runResume } = await import('../commands/resume.ts');
    return runResume(context, {
      ids: args.words,
      drain: drainChanges(args),
      ...attestationFlags(args),
      ...operationFlags(args),
      settings: settingFlags(args),
      connection: connectionFlags(args),
    });
  },
};
