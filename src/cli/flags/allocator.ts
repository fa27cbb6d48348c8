import type { Arguments } from '../arguments.ts';
import type { Flags } from './flag.ts';

const MODES = ['auto', 'never'] as const;

/** Whether kube-controller-manager may be restarted at the end. */
export const ALLOCATOR_FLAGS: Flags = {
  'allocator-restart': {
    type: 'text',
    value: 'MODE',
    choices: MODES,
    help: 'auto or never: auto restarts the leader of kube-controller-manager 1.31.3 and older once at the end, where it would hand out a subnet in use and comes back by itself (default: auto)',
  },
};

export function allocatorFlags(args: Arguments): (typeof MODES)[number] {
  return MODES.find((mode) => mode === args.text('allocator-restart')) ?? 'auto';
}
