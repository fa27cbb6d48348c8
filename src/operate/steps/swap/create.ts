import { creation, FIELD_MANAGER, getNode } from '../../../kube/objects/node.ts';
import { ApiError, apiError } from '../../../kube/wire/api-error.ts';
import type { WireResponse } from '../../../kube/wire/wire.ts';
import { WireError } from '../../../kube/wire/wire-error.ts';
import { EXIT, Failure } from '../../../model/failure.ts';
import type { RawObject } from '../../../model/json.ts';
import type { OperationRecord } from '../../../model/operation.ts';
import { asList, asObject } from '../../../model/read-json.ts';
import { OPERATION_ANNOTATION, postBody, withHeartbeat, withoutOperation, withoutStatus } from '../../../plan/body.ts';
import type { Work } from '../../work.ts';
import { displaceIntruder } from './intruder.ts';
import { Patience } from './patience.ts';

/** What the server may still take when it refuses the body, in the order of what is given up. */
const VARIANTS: { gives: string; make(record: OperationRecord): RawObject }[] = [
  { gives: '', make: ({ body }) => body },
  // Again as it is: a server that has just started refuses what it allows a moment later.
  { gives: 'once more', make: ({ body }) => body },
  { gives: 'without our annotation', make: ({ body }) => withoutOperation(body) },
  // Its annotations too: one that names the new subnet may win over spec. A Node that was lost for long may no longer have the
  // former one: somebody else does.
  {
    gives: 'with its former subnet',
    make: ({ raw, body, from, method, operation }) =>
      method === 'create' ? body : postBody(raw, { from, to: from, operation }),
  },
  { gives: 'without its status', make: ({ body }) => withoutStatus(body) },
];

/** The Node as it came back, and the body that was taken. */
export interface Created {
  answer: RawObject;
  posted: RawObject;
}

/** The body made ready before the DELETE, and the time of the DELETE by both clocks, in milliseconds. */
export interface Prepared {
  text: string;
  start: { monotonic: number; now: number };
}

/**
 * Posts the Node until it is there. Undefined when it turns out that the old Node is there after all: then nothing was posted.
 * While the Node is absent nothing but a Failure with exit code 3 leaves this function: when the server refuses every
 * variant for long, or when the operator gives up; it names the command that brings the Node back.
 */
export async function createNode(
  record: OperationRecord,
  prepared: Prepared,
  work: Work,
): Promise<Created | undefined> {
  const patience = new Patience(record, work);
  let refusals = 0;
  for (let first = true; ; first = false) {
    const body = VARIANTS[refusals % VARIANTS.length]?.make(record) ?? record.body;
    const late = absenceOf(prepared.start, work) > work.waits.staleHeartbeat;
    const posted = late ? withHeartbeat(body, timestamp(work)) : body;
    try {
      const answer = await post(first && !late ? prepared.text : JSON.stringify(posted), record, work);
      return { answer, posted };
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'AlreadyExists') {
        const there = await existing(record, work);
        if (there === 'old') return undefined;
        if (there === 'displaced') continue;
        if (there) return { answer: there, posted };
      } else if (error instanceof ApiError && refuses(error)) {
        refusals += 1;
        const allTried = refusals >= VARIANTS.length;
        if (allTried && absenceOf(prepared.start, work) > work.waits.refused) throw patience.unfinished(error);
        const { gives } = VARIANTS[refusals % VARIANTS.length] ?? { gives: '' };
        work.tell(
          `Warning: the server refuses node ${record.node} (${error.message}); trying it ${gives || 'whole again'}`,
        );
      }
      await patience.wait(error);
    }
  }
}

/** How long the Node is absent at most; by the larger of both clocks, because a laptop may have slept. */
export function absenceOf(start: Prepared['start'], { clock }: Pick<Work, 'clock'>): number {
  return Math.max(clock.monotonic() - start.monotonic, clock.now() - start.now);
}

/** As kubelets write times: whole seconds. */
function timestamp({ clock }: Work): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}

async function post(text: string, record: OperationRecord, { wire }: Work): Promise<RawObject> {
  const answer = await wire.request(creation(text));
  if (answer.status >= 300) throw apiError(answer);
  return readNode(answer, record);
}

/** Only the Node itself is believed: anything else (an answer cut off, a proxy's own) leaves the fate of the POST open. */
function readNode({ body }: WireResponse, record: OperationRecord): RawObject {
  let node: RawObject = {};
  try {
    node = asObject(JSON.parse(body.toString()));
  } catch {
    // told below
  }
  const { name, uid } = asObject(node.metadata);
  if (node.kind === 'Node' && name === record.node && typeof uid === 'string' && uid !== record.uid) return node;
  throw new WireError('the answer to the POST is no Node', 'unknown');
}

/** A refusal that another body may change: validation, webhooks, policies. Not: authentication, throttling, a busy server. */
function refuses({ status }: ApiError): boolean {
  return status >= 400 && status < 500 && ![401, 408, 429].includes(status);
}

/**
 * A Node of this name is there already: `old` when the DELETE has not taken place after all; ours, when an earlier POST got
 * through and its answer was lost; otherwise one that a restarted kubelet registered meanwhile, which is `displaced`.
 * Undefined when it cannot be told or done now. Throws Failure (exit 3) when it must not be displaced.
 */
async function existing(record: OperationRecord, work: Work): Promise<RawObject | 'old' | 'displaced' | undefined> {
  try {
    const node = await getNode(work.wire, record.node);
    if (asObject(node.metadata).uid === record.uid) return 'old';
    if (isOurs(node, record)) return node;
    if (record.method === 'create' || isByHand(node)) throw stranger(record);
    await displaceIntruder(node, record, work);
    return 'displaced';
  } catch (error) {
    if (error instanceof Failure && error.exitCode === EXIT.unfinished) throw error;
    work.tell(`Warning: another Node ${record.node} is in the way: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** Whoever lost a Node may have brought it back in another way: that one is not ours to delete. */
function stranger({ node, operation }: OperationRecord): Failure {
  return new Failure(`another Node ${node} was created by somebody else meanwhile`, {
    hint: `if it is as it should be, forget the operation: kubectl podcidr operations prune ${operation}`,
    exitCode: EXIT.unfinished,
  });
}

/** Made with kubectl: an operator brought the Node back in his own way, where a kubelet would only register a bare one. */
function isByHand({ metadata }: RawObject): boolean {
  const managers = asList(asObject(metadata).managedFields).map((entry) => String(asObject(entry).manager));
  return managers.some((manager) => manager.startsWith('kubectl') && manager !== FIELD_MANAGER);
}

/** By our annotation, or (posted without it) by our name among those who wrote its fields. */
function isOurs({ metadata }: RawObject, { operation }: OperationRecord): boolean {
  const { annotations, managedFields } = asObject(metadata);
  if (asObject(annotations)[OPERATION_ANNOTATION] === operation) return true;
  return asList(managedFields).some((entry) => asObject(entry).manager === FIELD_MANAGER);
}
