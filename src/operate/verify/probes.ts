import { createPod, findPod, type PodName, removePod } from '../../kube/objects/pod.ts';
import { podWarnings } from '../../kube/objects/pod-warnings.ts';
import { ApiError } from '../../kube/wire/api-error.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { Clock, Waits } from '../../model/clock.ts';
import type { RawObject } from '../../model/json.ts';
import { Left } from '../leaving.ts';
import { type ProbeOwner, type ProbePlace, probePod } from './probe-pod.ts';
import { probeState, sandboxFailure } from './probe-state.ts';

/**
 * What became of a probe. `sick`: the node cannot start pods on its pod network; `impossible`: it could not be tried, which says
 * nothing about the node.
 */
export type ProbeOutcome =
  | { state: 'ready'; pod: PodName; addresses: string[] }
  | { state: 'sick'; why: string }
  | { state: 'impossible'; why: string };

export interface ProbeTools {
  /** What ends when the operator leaves. */
  wire: Wire;
  clock: Clock;
  /** What does not: whatever is made is known to be made, and taken away. */
  lasting: { wire: Wire; clock: Clock };
  waits: Waits;
  tell(line: string): void;
}

/** How often a removal is tried that a server stumbles over. */
const REMOVALS = 5;

/** The probes of one run, one a node: made when it is first asked for, taken away when nobody needs it any more. */
export class Probes {
  readonly #tools: ProbeTools;
  readonly #owner: ProbeOwner;
  /** Where to make one, or why none can be. */
  readonly #placeOf: (node: string) => ProbePlace | string;
  /** How many are still to use the probe of a node. */
  readonly #uses: Map<string, number>;
  readonly #made = new Map<string, Promise<ProbeOutcome>>();
  readonly #names = new Map<string, string>();
  /** All that may be there, by node. */
  readonly #there = new Map<string, PodName>();

  /** `users`: who is going to use probes, with the nodes of each. */
  constructor(
    tools: ProbeTools,
    owner: ProbeOwner,
    placeOf: (node: string) => ProbePlace | string,
    users: { nodes: string[] }[],
  ) {
    this.#tools = tools;
    this.#owner = owner;
    this.#placeOf = placeOf;
    this.#uses = new Map();
    for (const node of users.flatMap(({ nodes }) => nodes)) this.#uses.set(node, (this.#uses.get(node) ?? 0) + 1);
  }

  /** The node's probe, once it runs or is known not to. Throws Left. */
  of(node: string): Promise<ProbeOutcome> {
    const made = this.#made.get(node) ?? this.#make(node, this.#made.size);
    this.#made.set(node, made);
    return made;
  }

  /** One that was going to use it has done so. With the last one the probe goes. */
  async done(node: string): Promise<void> {
    const left = (this.#uses.get(node) ?? 1) - 1;
    this.#uses.set(node, left);
    if (left <= 0) await this.#remove(node);
  }

  /** The node whose probe has this name; undefined: it is none of ours. */
  nodeOf(name: string): string | undefined {
    return this.#names.get(name);
  }

  /** Takes away all that are left, whatever happened; waits for those that are just being made. */
  async close(): Promise<void> {
    await Promise.all([...this.#there.keys()].map((node) => this.#remove(node)));
  }

  async #make(node: string, index: number): Promise<ProbeOutcome> {
    const place = this.#placeOf(node);
    if (typeof place === 'string') return { state: 'impossible', why: place };
    const pod = { namespace: place.namespace, name: `podcidr-probe-${this.#owner.nonce}-${index}` };
    this.#names.set(pod.name, node);
    try {
      await this.#create(pod, place);
      return await this.#started(pod, place);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof Left) throw error;
      return { state: 'impossible', why: `no probe on ${node}: ${error.message}` };
    }
  }

  async #create(pod: PodName, place: ProbePlace): Promise<void> {
    // Before it is sent: its answer may be lost. And it is waited for, or its removal would come first.
    this.#there.set(place.node, pod);
    try {
      await createPod(this.#tools.lasting.wire, place.namespace, probePod(pod.name, place, this.#owner));
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) this.#there.delete(place.node);
      throw error;
    }
  }

  async #started(pod: PodName, { node, image }: ProbePlace): Promise<ProbeOutcome> {
    const { wire, clock, waits } = this.#tools;
    const end = clock.monotonic() + waits.probeStart;
    for (;;) {
      const read = await findPod(wire, pod);
      if (!read) return { state: 'impossible', why: `somebody has deleted the probe on ${node}` };
      const found = probeState(read, image);
      if (found.state === 'runs') return { state: 'ready', pod, addresses: found.addresses };
      if (found.state === 'over') return { state: 'impossible', why: `${found.why} on ${node}` };
      if (clock.monotonic() >= end) return await this.#late(read, node);
      await clock.sleep(waits.poll);
    }
  }

  /** A node whose CNI fails says so in an Event, and goes on trying. */
  async #late(pod: RawObject, node: string): Promise<ProbeOutcome> {
    const { wire, waits } = this.#tools;
    const failure = sandboxFailure(await podWarnings(wire, pod));
    if (failure !== undefined) return { state: 'sick', why: failure };
    const limit = Math.ceil(waits.probeStart / 1000);
    return { state: 'impossible', why: `the probe on ${node} did not start within ${limit} s` };
  }

  async #remove(node: string): Promise<void> {
    // Who has left does not wait until it is made, and a removal that overtakes the creation finds nothing to remove.
    await this.#made.get(node)?.catch(() => undefined);
    const pod = this.#there.get(node);
    if (!pod) return;
    this.#there.delete(node);
    const { lasting, waits, tell } = this.#tools;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await removePod(lasting.wire, pod);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (attempt < REMOVALS) await lasting.clock.sleep(waits.poll);
        else {
          tell(`Warning: the probe ${pod.namespace}/${pod.name} was not removed: ${error.message}; remove it with:`);
          tell(`  kubectl delete pod -n ${pod.namespace} ${pod.name} --now`);
          return;
        }
      }
    }
  }
}
