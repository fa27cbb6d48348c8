import { Failure } from '../model/failure.ts';
import type { Subcommand } from './subcommand.ts';

const OUTPUTS = ['json', 'yaml'] as const;

export const version: Subcommand = {
  name: 'version',
  words: '',
  summary: 'Print the version of this program',
  description: '',
  examples: [['kubectl podcidr version', '']],
  flags: {
    output: { type: 'text', short: 'o', value: 'FORMAT', choices: OUTPUTS, help: `one of ${OUTPUTS.join(', ')}` },
  },
  reads: true,
  async run(context, args) {
    if (args.words.length > 0) throw new Failure(`version takes no arguments, got ${args.words.join(' ')}`);
    const { runVersion } = await import('../commands/version.ts');
    return runVersion(
      context,
      OUTPUTS.find((one) => one === args.text('output')),
    );
  },
};
