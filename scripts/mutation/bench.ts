import { Worker } from 'node:worker_threads';
import type { Order, Report, WorkerData } from './messages.ts';

/** A worker thread that lives as long as nothing goes wrong in it. */
export class Bench {
  readonly #worker: Worker;

  constructor(data: WorkerData) {
    this.#worker = new Worker(new URL('./worker-main.ts', import.meta.url), {
      workerData: data,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
    });
    // Whoever waits is told of it; between two orders nobody does.
    this.#worker.on('error', () => undefined);
    // What tests print is nobody's to read.
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
  }

  /** Sends an order, if any, and waits for the report; undefined when it took too long or the thread died. Then it is over. */
  async ask(order: Order | undefined, limitMs: number): Promise<Report | undefined> {
    const worker = this.#worker;
    const report = await new Promise<Report | undefined>((resolve) => {
      const end = (value: Report | undefined) => {
        clearTimeout(timer);
        worker.off('message', end).off('error', die).off('exit', die);
        resolve(value);
      };
      const die = () => end(undefined);
      const timer = setTimeout(die, limitMs);
      worker.on('message', end).on('error', die).on('exit', die);
      if (order) worker.postMessage(order);
    });
    if (report === undefined) await this.close();
    return report;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
