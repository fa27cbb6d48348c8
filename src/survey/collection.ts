import type { Wire } from '../kube/wire/wire.ts';
import type { RawObject } from '../model/json.ts';

/** Objects that reading commands look at beside the Nodes. */
export interface Collection {
  /** For words: "pods" cannot be read. */
  what: string;
  /** For words: the dump has no "pods". */
  any: string;
  /**
   * Kinds that a dump must have before the absence of such an object means something. None: nothing is concluded from its
   * absence; 'rare': few clusters have such objects, and a dump without them is believed.
   */
  told?: string[] | 'rare';
  /** True for an object of a dump that belongs to it. */
  holds(object: RawObject): boolean;
  /** Reads it from a server. Throws ApiError, WireError, Failure. */
  read(wire: Wire): Promise<RawObject[]>;
  /** The object with the fields that are read: what a dump keeps of it. */
  keep(object: RawObject): RawObject;
}
