import type { Arguments } from '../arguments.ts';
import { ALLOCATOR_FLAGS, allocatorFlags } from './allocator.ts';
import { ATTESTATION_FLAGS, attestationFlags } from './attestation.ts';
import { connectionFlags } from './connection.ts';
import type { Flags } from './flag.ts';
import { COOLDOWN_FLAG, durationFlag, OPERATION_FLAGS, operationFlags } from './operation.ts';
import { settingFlags } from './settings.ts';

const AFTER_CARES = ['auto', 'none'] as const;

const DRY_RUNS = ['none', 'client', 'server'] as const;

/** What every command that makes a plan and moves nodes knows. */
export const MOVING_FLAGS: Flags = {
  'dry-run': {
    type: 'text',
    value: 'MODE',
    choices: DRY_RUNS,
    help: 'none, client or server: client only shows the plan, and is meant when no mode is given; server also lets the server try each request without storing anything',
  },
  output: {
    type: 'text',
    short: 'o',
    value: 'FORMAT',
    choices: ['json', 'yaml'],
    help: 'json or yaml: the operation, or the plan with a dry run',
  },
  print: {
    type: 'text',
    value: 'WHAT',
    choices: ['node'],
    help: 'with a dry run: node prints the Nodes that would be posted, as a List in JSON, or in YAML with -o yaml',
  },
  ...OPERATION_FLAGS,
  ...ATTESTATION_FLAGS,
  'after-care': {
    type: 'text',
    value: 'MODE',
    choices: AFTER_CARES,
    help: 'auto or none: auto restarts the CNI on each node that has moved, removes what its former subnet left there, deletes its pods with old addresses and sees that the other nodes have their routes; none only says what is to be done (default: auto)',
  },
  'pause-between': { type: 'text', value: 'DURATION', help: 'wait between two nodes, for example 30s' },
  ...COOLDOWN_FLAG,
  ...ALLOCATOR_FLAGS,
};

const COOLDOWN = 120_000;

/** The values of these flags, and of the connection and setting flags. Throws Failure. */
export function movingFlags(args: Arguments) {
  return {
    ...operationFlags(args),
    dryRun: DRY_RUNS.find((one) => one === args.text('dry-run')) ?? ('none' as const),
    printNode: args.text('print') === 'node',
    ...attestationFlags(args),
    pauseBetween: durationFlag(args, 'pause-between') ?? 0,
    cooldown: durationFlag(args, 'cooldown') ?? COOLDOWN,
    afterCare: AFTER_CARES.find((one) => one === args.text('after-care')) ?? ('auto' as const),
    allocatorRestart: allocatorFlags(args),
    settings: settingFlags(args),
    connection: connectionFlags(args),
  };
}
