import { findNode } from '../kube/objects/node.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { Clock } from '../model/clock.ts';
import { Failure } from '../model/failure.ts';
import type { RawObject } from '../model/json.ts';
import { asList, asObject, asText } from '../model/read-json.ts';
import type { CNIPod } from './cni-pods.ts';
import { startHelper } from './helpers.ts';
import { podShell, RIGHTS_HINT, type ShellProblem, tryShell } from './pod-shell.ts';
import type { NodeShell } from './shell.ts';

export interface ShellOptions {
  clock: Clock;
  /** The pods of CNIs on this node. */
  pods: CNIPod[];
  /** `allowed`: when the CNI's pod will not do; `always`: it sees files of the host that the CNI's pod does not. */
  helper: 'allowed' | 'always' | 'never';
  /** Image of the helper pod; default: that of the CNI's pod, which the node has already. */
  image?: string | undefined;
  /** Namespace of the helper pod; default: that of the CNI's pod, else kube-system. Privileged pods must be allowed in it. */
  namespace?: string | undefined;
  /** Random digits for names, the same for all nodes of a run. */
  nonce: string;
  tell(line: string): void;
  /** Longest wait for a helper pod, and for a command, in milliseconds. */
  waitMs: number;
  /** True once the operator wants to stop: then nothing is waited for. */
  stopping?(): boolean;
}

/**
 * Opens a way to run commands on a node: exec into the pod of its CNI, or else into a helper pod of ours that `close` removes.
 * Throws Failure with the reason in one line, and WireError; no helper pod is left then.
 */
export async function openShell(wire: Wire, node: string, options: ShellOptions): Promise<NodeShell> {
  checkNode(node, await findNode(wire, node));
  const { pods, helper, waitMs } = options;
  const pod = pods.find((one) => one.running && !one.deleting);
  let reason = why(node, pods);
  if (pod && helper !== 'always') {
    const target = { namespace: pod.namespace, pod: pod.name, container: pod.container };
    const shell = podShell(wire, node, target, waitMs);
    const problem = await tryShell(shell);
    if (problem === undefined) return shell;
    reason = `in ${shell.source} no command can be run: ${problem.why}`;
    if (!mayHelp(problem, options, pod))
      throw new Failure(`node ${node}: ${reason}`, { ...hintOf(problem), cause: problem });
  }
  if (helper === 'never') throw new Failure(`node ${node}: ${reason}, and a helper pod is not allowed`);
  return tried(
    await startHelper(wire, {
      ...options,
      node,
      ...placeOf(node, pods, options, reason),
      reason: helper === 'always' ? undefined : reason,
      stopping: options.stopping ?? no,
    }),
  );
}

async function tried(helper: NodeShell): Promise<NodeShell> {
  let problem: ShellProblem | undefined;
  try {
    problem = await tryShell(helper);
    if (problem === undefined) return helper;
  } catch (error) {
    await helper.close();
    throw error;
  }
  await helper.close();
  const what = `in ${helper.source} no command can be run, and it was removed: ${problem.why}`;
  throw new Failure(`node ${helper.node}: ${what}`, hintOf(problem));
}

/** True for a Failure of `openShell` that lies in the rights of the user: trying again changes nothing. */
export function lacksRights(error: unknown): boolean {
  return error instanceof Failure && (error.cause as Partial<ShellProblem> | undefined)?.lies === 'rights';
}

const no = () => false;

/** Nothing can be run on a node whose kubelet does not answer: it would only be waited for. */
function checkNode(node: string, raw: RawObject | undefined): void {
  if (!raw) throw new Failure(`node ${node} is not there`, { hint: 'kubectl podcidr list shows all nodes' });
  const status = asObject(raw.status);
  const ready = asList(status.conditions)
    .map(asObject)
    .find(({ type }) => type === 'Ready');
  if (ready?.status === 'Unknown') {
    throw new Failure(`node ${node}: its kubelet does not report (Ready is Unknown), so no command can be run there`);
  }
  if (asText(asObject(status.nodeInfo).operatingSystem) === 'windows') {
    throw new Failure(`node ${node} runs Windows: its facts cannot be read`);
  }
}

/** Why there is no pod to run commands in. */
function why(node: string, pods: CNIPod[]): string {
  const [first] = pods;
  if (!first) return `no pod of a CNI that follows spec.podCIDR is on node ${node}`;
  return `pod ${first.namespace}/${first.name} does not run`;
}

/** A helper pod needs an exec too: whoever may not, or whose server does not reach the kubelet, gets no further by it. */
function mayHelp({ lies }: ShellProblem, { namespace }: ShellOptions, pod: CNIPod): boolean {
  if (lies === 'rights') return namespace !== undefined && namespace !== pod.namespace;
  return lies === 'pod';
}

function hintOf({ lies }: ShellProblem): { hint?: string } {
  if (lies !== 'rights') return {};
  return { hint: RIGHTS_HINT };
}

/** Image and namespace of a helper pod. */
function placeOf(node: string, pods: CNIPod[], { image, namespace }: ShellOptions, reason: string) {
  const [pod] = pods;
  const chosen = image ?? pod?.image;
  if (chosen === undefined) {
    throw new Failure(`node ${node}: ${reason}, so a helper pod has no image`, {
      hint: 'name one that has sh and ip, and that the node can pull: --image=IMAGE',
    });
  }
  const place = namespace ?? pod?.namespace ?? 'kube-system';
  // Secrets are of one namespace.
  const pullSecrets = pod?.namespace === place ? pod.pullSecrets : [];
  return { image: chosen, namespace: place, pullSecrets };
}
