import type { Clock } from '../../model/clock.ts';
import type { RawObject } from '../../model/json.ts';
import type { OperationManifest, OperationRecord, Step } from '../../model/operation.ts';
import { shellWord } from '../../model/text.ts';
import { type ClusterCopies, packed } from './cluster.ts';
import { writeNodeFile, writeRecordFile } from './disk.ts';
import { asideOf, configMapName, type EntryName, nodePath, recordPath } from './names.ts';

/** What a journal is kept with. */
export interface JournalTools {
  stateFolder: string;
  clock: Clock;
  /** What commands that are named end with, to reach the same cluster: ` --context=prod`, or ''. */
  sameCluster: string;
}

/** Keeps the records of an operation, each in two places: either alone is enough to bring a Node back. */
export class Journal {
  readonly #cluster: ClusterCopies;
  readonly #stateFolder: string;
  readonly #clock: Clock;
  readonly #sameCluster: string;
  readonly #last = new Map<string, OperationRecord>();
  readonly #bodies = new Map<string, string>();

  constructor(cluster: ClusterCopies, { stateFolder, clock, sameCluster }: JournalTools) {
    this.#cluster = cluster;
    this.#stateFolder = stateFolder;
    this.#clock = clock;
    this.#sameCluster = sameCluster;
  }

  /** Throws Failure when the record, or what it grows to, is more than the cluster keeps. */
  checkSize(record: OperationRecord): void {
    packed({ of: `node ${record.node}`, value: record });
  }

  /**
   * The record at its new step, stored on disk and in the cluster, both read back equal. Throws Failure, ApiError, WireError:
   * what is not stored has not happened.
   */
  async save(record: OperationRecord, step: Step): Promise<OperationRecord> {
    const next = { ...record, step, at: this.#now() };
    await this.#store(next, '');
    this.#last.set(record.node, next);
    return next;
  }

  /**
   * Stores the record of a bare Node that stands in the way of this one, beside the node's own: what it was, and what it owned.
   * Throws as `save` does.
   */
  async saveBare(record: OperationRecord): Promise<void> {
    await this.#store({ ...record, step: 'swapping', at: this.#now() }, asideOf(record.uid));
  }

  /** Stores the operation itself. Throws as `save` does. */
  async saveManifest(manifest: OperationManifest): Promise<OperationManifest> {
    const next = { ...manifest, at: this.#now() };
    const name: EntryName = { ...next, node: undefined, aside: '' };
    await both(
      writeRecordFile(recordPath(this.#stateFolder, name), next),
      this.#cluster.write({
        name: configMapName(name),
        of: `operation ${next.operation}`,
        labels: { 'kubectl-podcidr/operation': next.operation, 'kubectl-podcidr/state': next.state },
        annotations: { 'kubectl-podcidr/by': next.by, 'kubectl-podcidr/verb': next.verb },
        value: next,
      }),
    );
    return next;
  }

  /** The record was read: it is there already, and this process goes on with it. */
  know(record: OperationRecord): void {
    this.#last.set(record.node, record);
  }

  /** True when a record of this node was stored. */
  has({ node }: OperationRecord): boolean {
    return this.#last.has(node);
  }

  /** The record of this node as it was stored last; the one given when none was. */
  last(record: OperationRecord): OperationRecord {
    return this.#last.get(record.node) ?? record;
  }

  /** The command that brings the Node back without this program, in the cluster that it is missing from. */
  recovery(record: OperationRecord): string {
    return `kubectl create -f ${shellWord(nodePath(this.#stateFolder, { ...record, aside: '' }))}${this.#sameCluster}`;
  }

  async #store(record: OperationRecord, aside: string): Promise<void> {
    const name: EntryName = { ...record, aside };
    await both(
      this.#writeFiles(name, record),
      this.#cluster.write({
        name: configMapName(name),
        of: `node ${record.node}`,
        labels: { 'kubectl-podcidr/operation': record.operation },
        annotations: {
          'kubectl-podcidr/node': record.node,
          'kubectl-podcidr/step': record.step,
          ...(record.absence === undefined ? {} : { 'kubectl-podcidr/absence': JSON.stringify(record.absence) }),
        },
        value: record,
      }),
    );
  }

  async #writeFiles(name: EntryName, record: OperationRecord): Promise<void> {
    await this.#writeNode(nodePath(this.#stateFolder, name), record.body);
    await writeRecordFile(recordPath(this.#stateFolder, name), record);
  }

  /** The body changes at few steps; each write waits for the disk. */
  async #writeNode(path: string, body: RawObject): Promise<void> {
    const text = JSON.stringify(body);
    if (this.#bodies.get(path) === text) return;
    await writeNodeFile(path, body);
    this.#bodies.set(path, text);
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}

/** Waits for both, whatever becomes of the other, and throws what the first that failed met. */
async function both(...copies: Promise<void>[]): Promise<void> {
  for (const copy of await Promise.allSettled(copies)) {
    if (copy.status === 'rejected') throw copy.reason;
  }
}
