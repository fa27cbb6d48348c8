import type { JsonObject } from '../model/json.ts';
import { asList, asObject, asText, asTexts } from '../model/read-json.ts';
import { podCIDRsOf } from '../subnet/pod-cidrs.ts';
import { requestJSON } from './wire/json.ts';
import type { Wire, WireStream } from './wire/wire.ts';

/** What is kept of a Node: never the whole, of which thousands would fill the memory. */
export interface WatchedNode {
  uid: string;
  /** As written in spec.podCIDRs. */
  podCIDRs: string[];
  /** The annotations asked for, where the Node has them. */
  annotations: Record<string, string>;
  /** Most Nodes have none. */
  ownerReferences: JsonObject[];
}

/**
 * The subnets of all nodes, kept up to date by a watch for as long as an operation runs: it shows newcomers and foreign
 * writes without listing again. When the watch breaks, the next look lists by quorum and starts a new one.
 */
export class NodeWatch {
  readonly #wire: Wire;
  readonly #keep: readonly string[];
  readonly #nodes = new Map<string, WatchedNode>();
  #stream: WireStream | undefined;
  #following = false;
  #closed = false;

  /** `keep`: the annotations that are kept of each Node. */
  constructor(wire: Wire, keep: readonly string[] = []) {
    this.#wire = wire;
    this.#keep = keep;
  }

  /** Subnets by node name, as written in spec.podCIDRs. Throws ApiError, WireError when they cannot be read. */
  async subnets(): Promise<ReadonlyMap<string, string[]>> {
    return new Map([...(await this.nodes())].map(([name, { podCIDRs }]) => [name, podCIDRs]));
  }

  /** All nodes by name. Throws ApiError, WireError when they cannot be read. */
  async nodes(): Promise<ReadonlyMap<string, WatchedNode>> {
    if (!this.#following) await this.#start();
    return this.#nodes;
  }

  close(): void {
    this.#closed = true;
    this.#stream?.close();
  }

  /** Lists, and follows from there: what happens until the watch is open comes through it too. */
  async #start(): Promise<void> {
    const { body } = await requestJSON(this.#wire, { method: 'GET', path: '/api/v1/nodes' });
    this.#nodes.clear();
    for (const item of asList(body.items)) this.#note('ADDED', asObject(item));
    this.#following = true;
    void this.#follow(String(asObject(body.metadata).resourceVersion));
  }

  async #follow(resourceVersion: string): Promise<void> {
    try {
      const query = { watch: 'true', resourceVersion };
      this.#stream = await this.#wire.stream({ method: 'GET', path: '/api/v1/nodes', query });
      if (this.#stream.status === 200 && !this.#closed) await this.#read(this.#stream);
    } catch {
      // A broken watch is no failure of the operation: the next look starts over.
    } finally {
      this.#stream?.close();
      this.#stream = undefined;
      this.#following = false;
    }
  }

  async #read({ chunks }: WireStream): Promise<void> {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of chunks) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = asObject(JSON.parse(line));
        if (event.type === 'ERROR') return;
        this.#note(String(event.type), asObject(event.object));
      }
    }
  }

  #note(type: string, node: JsonObject): void {
    const metadata = asObject(node.metadata);
    const { name } = metadata;
    if (typeof name !== 'string') return;
    if (type === 'DELETED') this.#nodes.delete(name);
    else {
      const all = asTexts(metadata.annotations);
      const annotations = Object.fromEntries(this.#keep.flatMap((key) => (key in all ? [[key, all[key] ?? '']] : [])));
      const ownerReferences = asList(metadata.ownerReferences).map(asObject);
      const uid = asText(metadata.uid) ?? '';
      this.#nodes.set(name, { uid, podCIDRs: podCIDRsOf(node), annotations, ownerReferences });
    }
  }
}
