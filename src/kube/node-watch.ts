import type { JsonObject } from '../model/json.ts';
import { asObject } from '../model/read-json.ts';
import { requestJSON } from './wire/json.ts';
import type { Wire, WireStream } from './wire/wire.ts';

/**
 * The subnets of all nodes, kept up to date by a watch for as long as an operation runs: it shows newcomers and foreign
 * writes without listing again. When the watch breaks, the next look lists by quorum and starts a new one.
 */
export class NodeWatch {
  readonly #wire: Wire;
  readonly #subnets = new Map<string, string[]>();
  #stream: WireStream | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Subnets by node name, as written in spec.podCIDRs. Throws ApiError, WireError when they cannot be read. */
  async subnets(): Promise<ReadonlyMap<string, string[]>> {
    if (!this.#stream) await this.#start();
    return this.#subnets;
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  async #start(): Promise<void> {
    const { body } = await requestJSON(this.#wire, { method: 'GET', path: '/api/v1/nodes' });
    this.#subnets.clear();
    for (const item of Array.isArray(body.items) ? body.items : []) this.#note('ADDED', asObject(item));
    const resourceVersion = String(asObject(body.metadata).resourceVersion);
    const query = { watch: 'true', resourceVersion };
    const stream = await this.#wire.stream({ method: 'GET', path: '/api/v1/nodes', query });
    if (stream.status !== 200) {
      stream.close();
      return;
    }
    this.#stream = stream;
    void this.#follow(stream);
  }

  async #follow(stream: WireStream): Promise<void> {
    let rest = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of stream.chunks) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const event = asObject(JSON.parse(line));
          if (event.type === 'ERROR') return;
          this.#note(String(event.type), asObject(event.object));
        }
      }
    } catch {
      // A broken watch is no failure of the operation: the next look starts over.
    } finally {
      stream.close();
      if (this.#stream === stream) this.#stream = undefined;
    }
  }

  #note(type: string, node: JsonObject): void {
    const name = asObject(node.metadata).name;
    if (typeof name !== 'string') return;
    if (type === 'DELETED') this.#subnets.delete(name);
    else this.#subnets.set(name, subnetsOf(asObject(node.spec)));
  }
}

function subnetsOf(spec: JsonObject): string[] {
  if (Array.isArray(spec.podCIDRs)) return spec.podCIDRs.map(String);
  return typeof spec.podCIDR === 'string' && spec.podCIDR !== '' ? [spec.podCIDR] : [];
}
