import { Buffer } from 'node:buffer';
import { gunzipSync, gzipSync } from 'node:zlib';
import { getConfigMap, writeConfigMap } from '../../kube/objects/config-map.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import { Failure } from '../../model/failure.ts';
import type { RawObject } from '../../model/json.ts';
import { asObject, asText, asTexts } from '../../model/read-json.ts';
import { seal, unseal } from './seal.ts';

/** The API server refuses objects above 1.5 MiB of JSON (etcd's limit); ConfigMaps above 1 MiB of data (validation.go). */
const MOST_BYTES = 1024 * 1024;

const DIGEST = 'kubectl-podcidr/sha256';
const WRITER = 'kubectl-podcidr/writer';

/** What is stored in one ConfigMap. */
export interface ClusterEntry {
  name: string;
  /** For words: `node worker-1`, `operation 20261121-…`. */
  of: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  value: unknown;
}

/** Throws Failure when the value is more than a ConfigMap holds. */
export function packed({ of, value }: Pick<ClusterEntry, 'of' | 'value'>) {
  const { text, digest } = seal(value);
  const bytes = gzipSync(text);
  if (bytes.length > MOST_BYTES) {
    throw new Failure(`the backup of ${of} is ${bytes.length} bytes, more than a ConfigMap holds (${MOST_BYTES})`, {
      hint: 'the Node carries very much (annotations, images); make it smaller first',
    });
  }
  return { text, digest, data: bytes.toString('base64') };
}

/** The value in a ConfigMap. Throws Failure when it was edited or cut, or is of an unknown schema. */
export function unpacked(configMap: RawObject): RawObject {
  const { name, annotations } = asObject(configMap.metadata);
  const data = asText(asObject(configMap.binaryData).record) ?? '';
  try {
    const text = gunzipSync(Buffer.from(data, 'base64')).toString();
    return unseal({ text, digest: asTexts(annotations)[DIGEST] ?? '' });
  } catch (error) {
    const why = (error as Error).message;
    throw new Failure(`configmap/${String(name)} in kube-system cannot be used: ${why}`, { cause: error });
  }
}

/**
 * The copies in the cluster, written by one process. Each write replaces exactly what this process wrote or took over last:
 * once another operator has taken the lock over and written, every further write fails.
 */
export class ClusterCopies {
  readonly #wire: Wire;
  /** One process's own: the lock's identity. */
  readonly #writer: string;
  /** Throws when the lock is somebody else's by now. */
  readonly #holds: () => Promise<void>;
  readonly #versions = new Map<string, string>();

  constructor(wire: Wire, writer: string, holds: () => Promise<void>) {
    this.#wire = wire;
    this.#writer = writer;
    this.#holds = holds;
  }

  /** From here on the ConfigMap is this process's to replace, as it was read. */
  takeOver(configMap: RawObject): void {
    const { name, resourceVersion } = asObject(configMap.metadata);
    this.#versions.set(String(name), String(resourceVersion));
  }

  /** Writes and compares what the server stored. Throws Failure, ApiError, WireError. */
  async write(entry: ClusterEntry): Promise<void> {
    const { text, digest, data } = packed(entry);
    const annotations = { ...entry.annotations, [DIGEST]: digest, [WRITER]: this.#writer };
    const stored = { name: entry.name, labels: entry.labels, annotations, binaryData: { record: data } };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const back = await writeConfigMap(this.#wire, stored, this.#versions.get(entry.name));
        this.takeOver(back);
        const returned = Buffer.from(asText(asObject(back.binaryData).record) ?? '', 'base64');
        if (gunzipSync(returned).toString() === text) return;
        throw new Failure(`the backup of ${entry.of} in the cluster differs from what was written`);
      } catch (error) {
        if (!(error instanceof ApiError) || attempt === 5) throw error;
        if (error.status === 404 && this.#versions.delete(entry.name)) continue;
        if (error.status !== 409) throw error;
        await this.#lookAgain(entry);
      }
    }
  }

  /**
   * A conflict is an answer of ours that was lost, or another process. While the lock is ours that one is dead, and what it had
   * sent arrives late: it is written over. Otherwise it is at work, and nothing more may be written.
   */
  async #lookAgain({ name }: ClusterEntry): Promise<void> {
    const there = await getConfigMap(this.#wire, name);
    if (!there) return void this.#versions.delete(name);
    const writer = asTexts(asObject(there.metadata).annotations)[WRITER];
    if (writer !== this.#writer) await this.#holds();
    this.takeOver(there);
  }
}
