import type { NodeShell } from '../../host/shell.ts';
import { Left } from '../leaving.ts';

/** The ways onto the nodes of one run, each opened once, and closed together. */
export class Shells {
  readonly #open: (node: string) => Promise<NodeShell>;
  readonly #shells = new Map<string, Promise<NodeShell | string>>();

  constructor(open: (node: string) => Promise<NodeShell>) {
    this.#open = open;
  }

  /** The way onto a node, or why there is none. Throws Left. */
  of(node: string): Promise<NodeShell | string> {
    const opened = this.#shells.get(node) ?? this.#tried(node);
    this.#shells.set(node, opened);
    return opened;
  }

  /** Takes away what was made for them. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#shells.values());
    const shells = opened.flatMap((one) =>
      one.status === 'fulfilled' && typeof one.value !== 'string' ? one.value : [],
    );
    await Promise.all(shells.map((shell) => shell.close()));
  }

  async #tried(node: string): Promise<NodeShell | string> {
    try {
      return await this.#open(node);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof Left) throw error;
      return error.message;
    }
  }
}
