import type { Step } from './operation.ts';

/** What takes time in an operation beside the steps of its moves. */
export type Wait = 'pause' | 'cooldown' | 'heartbeats' | 'peers' | 'allocator' | 'verification';

/**
 * Told while an operation goes on. `moves`: so many are to be carried out from here on; `step`: what brings this node to that
 * step begins (`undone`: it is taken back); `wait`: something else begins that takes time; `part`: so many of it are
 * done, of all.
 */
export type ProgressEvent =
  | { kind: 'moves'; count: number }
  | { kind: 'step'; node: string; step: Step }
  | { kind: 'wait'; wait: Wait; node?: string; part?: [done: number, all: number] };
