import type { Block } from '../../model/cidr.ts';
import type { Pool } from '../ground.ts';

/** A node that is to move: by pool, the subnet that it keeps, or undefined where it needs another one. */
export interface Mover {
  name: string;
  controlPlane: boolean;
  blocks: Block[];
  kept: (Block | undefined)[];
}

/** Moves in their order, and who gets none. */
export interface Ordered {
  placed: { name: string; blocks: Block[] }[];
  /** `pool`: the one that has nothing free. */
  stuck: { name: string; pool: Pool | undefined }[];
}
