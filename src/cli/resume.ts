import { connectionFlags } from './flags/connection.ts';
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
    'only one that is interrupted. Doing it again changes nothing more.',
  ].join('\n'),
  examples: [
    ['kubectl podcidr resume', 'finish the interrupted operation; asks before it does anything'],
    ['kubectl podcidr resume 20261121-034501-1f2e3d --yes', 'this one, without asking'],
  ],
  flags: { ...OPERATION_OUTPUT, ...OPERATION_FLAGS, ...SETTING_FLAGS },
  async run(context, args) {
    const { runResume } = await import('../commands/resume.ts');
    return runResume(context, {
      ids: args.words,
      ...operationFlags(args),
      settings: settingFlags(args),
      connection: connectionFlags(args),
    });
  },
};
