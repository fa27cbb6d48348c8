import { parseTimeout } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import { quote } from '../../model/quote.ts';
import type { Arguments } from '../arguments.ts';
import type { Flags } from './flag.ts';

const OUTPUTS = ['json', 'yaml'] as const;

/** What every command that changes the cluster knows. */
export const OPERATION_FLAGS: Flags = {
  yes: { type: 'bool', short: 'y', help: 'do not ask' },
  'state-dir': { type: 'text', value: 'FOLDER', help: 'where backups are kept on this machine' },
};

export const OPERATION_OUTPUT: Flags = {
  output: { type: 'text', short: 'o', value: 'FORMAT', choices: OUTPUTS, help: 'json or yaml: the operation' },
};

export const COOLDOWN_FLAG: Flags = {
  cooldown: {
    type: 'text',
    value: 'DURATION',
    help: 'a Node that was absent for seconds is not deleted again before (default: 2m)',
  },
};

export function operationFlags(args: Arguments) {
  return {
    yes: args.bool('yes') ?? false,
    stateDir: args.text('state-dir'),
    output: OUTPUTS.find((one) => one === args.text('output')),
  };
}

/** A duration flag in milliseconds; undefined when it is not given. Throws Failure. */
export function durationFlag(args: Arguments, name: string): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  try {
    return parseTimeout(text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(`--${name} ${quote(text)} is no duration: write it like 30s or 2m`);
  }
}
