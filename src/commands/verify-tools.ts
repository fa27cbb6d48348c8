import { limited } from '../kube/wire/limited.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { Leaving } from '../operate/leaving.ts';
import type { VerifyTools } from '../operate/verify/nodes.ts';
import { escapeLine } from '../render/escape.ts';
import type { Context } from './context.ts';
import type { ProgressDisplay } from './progress-display.ts';

interface Parts {
  wire: Wire;
  leaving: Leaving;
  display: ProgressDisplay;
  /** How many are verified. */
  nodes: number;
}

/** What nodes are verified with, by any command. Who leaves ends all waits, but not the removal of what was made. */
export function verifyTools(context: Context, { wire, leaving, display, nodes }: Parts): VerifyTools {
  const { clock, waits, identity, process, random, streams } = context;
  display.tell({ kind: 'moves', count: nodes });
  return {
    wire: leaving.wire(wire),
    clock: leaving.clock(clock),
    lasting: { wire: limited(wire, waits.answer), clock },
    waits,
    self: { by: identity, ...process },
    nonce: random(8),
    tell: (line) => streams.err(`${escapeLine(line)}\n`),
    stopping: () => leaving.asked,
    begun: (node) => display.tell({ kind: 'wait', wait: 'verification', node }),
    ended: display.ended,
  };
}
