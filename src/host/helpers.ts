import { forbiddenDeeds } from '../kube/access.ts';
import { listObjects } from '../kube/objects/list.ts';
import { ownPods } from '../kube/objects/ours.ts';
import { createPod, findPod, type PodName, removePod } from '../kube/objects/pod.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { Clock } from '../model/clock.ts';
import { Failure } from '../model/failure.ts';
import type { RawObject } from '../model/json.ts';
import { asObject, asText } from '../model/read-json.ts';
import {
  HELPER_CONTAINER,
  type HelperSpec,
  helperName,
  helperPod,
  helperState,
  isDead,
  isForeign,
} from './helper-pod.ts';
import { podShell, RIGHTS_HINT } from './pod-shell.ts';
import type { NodeShell } from './shell.ts';

export interface HelperOptions extends HelperSpec {
  clock: Clock;
  /** Longest wait until it runs, and for each command, in milliseconds. */
  waitMs: number;
  tell(line: string): void;
  /** True once the operator wants to stop. */
  stopping(): boolean;
  /** Why the CNI's own pod will not do; undefined when it was not tried. */
  reason: string | undefined;
}

/** Between two looks at a helper pod that does not run yet, in milliseconds. */
const POLL = 200;

/** So often the removal is tried. */
const TRIES = 3;

/**
 * Starts a helper pod and waits until commands can be run in it; `close` removes it. Left-overs on the node go first. Whatever
 * fails, it is removed before this throws: Failure, ApiError, WireError.
 */
export async function startHelper(wire: Wire, options: HelperOptions): Promise<NodeShell> {
  const { node, namespace, image, nonce, tell, reason } = options;
  const pod = { namespace, name: helperName(options) };
  await checkRights(wire, node, namespace);
  await removeLeftovers(wire, { node, tell }, (one) => isForeign(one, nonce));
  const what = `starting helper pod ${namespace}/${pod.name} (image ${image}, privileged); it is removed afterwards`;
  tell(`node ${node}: ${reason === undefined ? '' : `${reason}; `}${what}`);
  try {
    await create(wire, options);
    await untilRunning(wire, pod, options);
  } catch (error) {
    if (!(error instanceof Refused)) await remove(wire, pod, options);
    throw error;
  }
  const shell = podShell(wire, node, { namespace, pod: pod.name, container: HELPER_CONTAINER }, options.waitMs);
  return {
    ...shell,
    source: `helper pod ${namespace}/${pod.name}`,
    seesHost: true,
    close: () => remove(wire, pod, options),
  };
}

/** Who may create a pod and not delete it would leave it behind. Throws Failure when a right is missing. */
async function checkRights(wire: Wire, node: string, namespace: string): Promise<void> {
  const deed = (verb: string, resource: string) => ({ verb, group: '', resource, namespace });
  const forbidden = await forbiddenDeeds(wire, [
    ...['get', 'create', 'delete'].map((verb) => deed(verb, 'pods')),
    deed('get', 'pods/exec'),
  ]);
  if (forbidden.length === 0) return;
  const missing = forbidden.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');
  throw new Failure(
    `node ${node}: you may not ${missing} in ${namespace}, which a helper pod needs; nothing was created`,
    {
      hint: RIGHTS_HINT,
    },
  );
}

/** The server has said no: there is no pod. */
class Refused extends Failure {}

async function create(wire: Wire, options: HelperOptions): Promise<void> {
  try {
    await createPod(wire, options.namespace, helperPod(options));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500) throw error;
    throw new Refused(`node ${options.node}: the helper pod was refused, nothing was created: ${error.message}`, {
      hint: 'name a namespace that allows privileged pods with --namespace, or do without with --helper-pod=never',
      cause: error,
    });
  }
}

async function untilRunning(wire: Wire, pod: PodName, options: HelperOptions): Promise<void> {
  const { node, image, clock, waitMs, stopping } = options;
  const failure = (why: string, hint?: string) =>
    new Failure(
      `node ${node}: the helper pod did not run, and was removed: ${why}`,
      hint === undefined ? {} : { hint },
    );
  const end = clock.monotonic() + waitMs;
  for (;;) {
    const found = await findPod(wire, pod);
    if (!found) throw failure('somebody has deleted it');
    const now = helperState(found);
    if (now.state === 'running') return;
    if (now.state === 'failed') {
      throw failure(
        `${now.why} (image ${image})`,
        'name another image that has sh and ip with --image, or do without with --helper-pod=never',
      );
    }
    if (stopping()) throw failure('it was stopped');
    if (clock.monotonic() >= end) {
      const why = now.why || 'the kubelet did not start it';
      throw failure(`${why} after ${waitMs / 1000}s`, `kubectl describe node ${node} shows whether its kubelet works`);
    }
    await clock.sleep(POLL);
  }
}

/** Never throws: what is left over is said, and ends by its deadline. */
async function remove(wire: Wire, pod: PodName, { clock, tell }: Pick<HelperOptions, 'clock' | 'tell'>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await removePod(wire, pod);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (attempt === TRIES) {
        const command = `kubectl delete pod -n ${pod.namespace} ${pod.name}`;
        return tell(`Warning: helper pod ${pod.namespace}/${pod.name} could not be removed (${why}): ${command}`);
      }
      await clock.sleep(POLL * attempt);
    }
  }
}

/**
 * Removes helper pods that earlier runs left on any node and that nobody can use any more (`now`: milliseconds since the epoch,
 * as the server has it). Those of a program that still runs elsewhere stay.
 */
export async function removeDeadHelpers(wire: Wire, now: number, tell: (line: string) => void): Promise<void> {
  await removeLeftovers(wire, { tell }, (pod) => isDead(pod, now));
}

/** Where pods may not be listed or deleted nothing is removed: whoever left them could, and will. */
async function removeLeftovers(
  wire: Wire,
  { node, tell }: { node?: string; tell(line: string): void },
  isLeft: (pod: RawObject) => boolean,
): Promise<void> {
  const { items } = await listObjects(wire, {
    path: '/api/v1/pods',
    labelSelector: ownPods('helper'),
    ...(node === undefined ? {} : { fieldSelector: `spec.nodeName=${node}` }),
    freshness: 'quorum',
  }).catch(notAllowed);
  for (const pod of items.filter(isLeft)) {
    const { namespace, name } = asObject(pod.metadata);
    const left = { namespace: asText(namespace) ?? '', name: asText(name) ?? '' };
    try {
      await removePod(wire, left);
      tell(`removed helper pod ${left.namespace}/${left.name}, which an earlier run had left`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      tell(
        `Warning: helper pod ${left.namespace}/${left.name} of an earlier run could not be removed: ${error.message}`,
      );
    }
  }
}

function notAllowed(error: unknown): { items: RawObject[] } {
  if (error instanceof ApiError && error.status === 403) return { items: [] };
  throw error;
}
