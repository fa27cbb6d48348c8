import type { Wire } from '../../kube/wire/wire.ts';
import type { Clock } from '../../model/clock.ts';
import type { OperationRecord, Step } from '../../model/operation.ts';
import { shellWord } from '../../model/text.ts';
import { configMapName, writeClusterCopy } from './cluster.ts';
import { diskCopy, writeDiskCopy } from './disk.ts';

/** Keeps the records of an operation, each in two places: either alone is enough to bring a Node back. */
export class Journal {
  readonly #wire: Wire;
  readonly #stateFolder: string;
  readonly #clock: Clock;
  readonly #last = new Map<string, OperationRecord>();

  constructor(wire: Wire, stateFolder: string, clock: Clock) {
    this.#wire = wire;
    this.#stateFolder = stateFolder;
    this.#clock = clock;
  }

  /**
   * The record at its new step, stored on disk first, then in the cluster, both read back equal. Throws Failure, ApiError,
   * WireError: what is not stored has not happened.
   */
  async save(record: OperationRecord, step: Step): Promise<OperationRecord> {
    const next = { ...record, step, at: new Date(this.#clock.now()).toISOString() };
    await writeDiskCopy(diskCopy(this.#stateFolder, next), next);
    await writeClusterCopy(this.#wire, next);
    this.#last.set(record.node, next);
    return next;
  }

  /**
   * Stores the record of a bare Node that stands in the way of this one, beside the node's own: what it was, and what it owned.
   * Throws as `save` does.
   */
  async saveBare(record: OperationRecord): Promise<void> {
    const bare: OperationRecord = { ...record, step: 'swapping', at: new Date(this.#clock.now()).toISOString() };
    const aside = `-bare-${bare.uid.slice(0, 8)}`;
    await writeDiskCopy(diskCopy(this.#stateFolder, bare, aside), bare);
    await writeClusterCopy(this.#wire, bare, aside);
  }

  /** True when a record of this node was stored. */
  has({ node }: OperationRecord): boolean {
    return this.#last.has(node);
  }

  /** The record of this node as it was stored last; the one given when none was. */
  last(record: OperationRecord): OperationRecord {
    return this.#last.get(record.node) ?? record;
  }

  /** The command that brings the Node back without this program. */
  recovery(record: OperationRecord): string {
    return `kubectl create -f ${shellWord(diskCopy(this.#stateFolder, record).nodePath)}`;
  }

  /** For words: where the copy in the cluster is. */
  configMap(record: OperationRecord): string {
    return `configmap/${configMapName(record)} in kube-system`;
  }
}
