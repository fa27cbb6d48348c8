import type { Subcommand } from './subcommand.ts';

export const explain: Subcommand = {
  name: 'explain',
  words: '[CODE…]',
  summary: 'Explain a finding: what it means, why it hurts, how to cure it',
  description:
    'Explain findings: what they mean, why they hurt, how to cure them, where they come from.\nWithout a code: all codes.',
  examples: [['kubectl podcidr explain SubnetDuplicate', '']],
  flags: {},
  reads: true,
  async run(context, args) {
    const { runExplain } = await import('../commands/explain.ts');
    return runExplain(context, { codes: args.words });
  },
};
