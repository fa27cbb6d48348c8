import { createNodeEvent } from '../kube/objects/event.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { OperationManifest } from '../model/operation.ts';
import { count } from '../model/text.ts';
import { eventMessage } from '../render/event.ts';
import type { Outcome } from './runner.ts';
import type { Tools } from './tools.ts';

/** An Event on each Node that has moved. They are sent beside the work, which never waits for them nor fails with them. */
export class NodeEvents {
  readonly #tools: Tools;
  #open = 0;
  #failed = 0;
  #reason = 'the server did not answer in time';
  readonly #sent: Promise<void>[] = [];

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** Sends one for a move that is done, and does not wait for it. */
  send(manifest: OperationManifest, outcome: Outcome): void {
    if (outcome.state !== 'finished') return;
    const { wire, waits, clock, by } = this.#tools;
    const { record } = outcome;
    // Undone without ever having been deleted: nothing has happened to the Node.
    if (record.step === 'undone' && record.newUID === undefined) return;
    const message = eventMessage(manifest, record, by);
    const event = { node: record.node, reason: 'PodCIDRReassigned', message, at: clock.now() };
    this.#open += 1;
    const sent = createNodeEvent(wire, event, waits.answer)
      .catch((error: Error) => {
        // Who may not write Events was told so with the plan.
        if (error instanceof ApiError && error.status === 403) return;
        this.#failed += 1;
        this.#reason = error.message;
      })
      .finally(() => {
        this.#open -= 1;
      });
    this.#sent.push(sent);
  }

  /** Waits for those that are on their way, at most `waits.parting`; those that failed are told in one line. */
  async settle(): Promise<void> {
    const { clock, waits, leaving, tell } = this.#tools;
    if (leaving.left) return;
    if (this.#open > 0) await Promise.race([Promise.all(this.#sent), clock.sleep(waits.parting)]);
    const lacking = this.#failed + this.#open;
    if (lacking > 0) tell(`Warning: no Event tells of ${count(lacking, 'node')}: ${this.#reason}`);
  }
}
