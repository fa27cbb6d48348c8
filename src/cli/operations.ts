import { connectionFlags } from './flags/connection.ts';
import { OPERATION_FLAGS, operationFlags } from './flags/operation.ts';
import type { Subcommand } from './subcommand.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

export const operations: Subcommand = {
  name: 'operations',
  words: '[ID…] | prune [ID…]',
  summary: 'List what was started, and what is left to do',
  description: [
    'List the operations of this cluster: running, interrupted, finished or rolled back. Records of what is done',
    'are kept for 30 days; prune removes older ones, or those named.',
  ].join('\n'),
  examples: [
    ['kubectl podcidr operations', 'all of them'],
    ['kubectl podcidr operations 20261121-034501-1f2e3d -o yaml', 'one, node by node'],
    ['kubectl podcidr operations prune', 'remove records older than 30 days'],
  ],
  flags: {
    output: { type: 'text', short: 'o', value: 'FORMAT', choices: OUTPUTS, help: `one of ${OUTPUTS.join(', ')}` },
    'no-headers': { type: 'bool', help: 'leave out the header line' },
    ...OPERATION_FLAGS,
  },
  reads: false,
  async run(context, args) {
    const { runOperations } = await import('../commands/operations.ts');
    return runOperations(context, {
      words: args.words,
      noHeaders: args.bool('no-headers') ?? false,
      ...operationFlags(args),
      output: OUTPUTS.find((one) => one === args.text('output')) ?? 'table',
      connection: connectionFlags(args),
    });
  },
};
