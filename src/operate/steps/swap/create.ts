import { creation, getNode } from '../../../kube/objects/node.ts';
import { ApiError, apiError } from '../../../kube/wire/api-error.ts';
import type { WireResponse } from '../../../kube/wire/wire.ts';
import { WireError } from '../../../kube/wire/wire-error.ts';
import type { RawObject } from '../../../model/json.ts';
import type { OperationRecord } from '../../../model/operation.ts';
import { asList, asObject } from '../../../model/read-json.ts';
import {
  OPERATION_ANNOTATION,
  withHeartbeat,
  withoutOperation,
  withoutStatus,
  withSubnets,
} from '../../../plan/body.ts';
import type { Work } from '../../work.ts';
import { displaceIntruder } from './intruder.ts';
import { Patience } from './patience.ts';

/** What the server may still take when it refuses the body, in the order of what is given up. */
const VARIANTS: { gives: string; make(record: OperationRecord): RawObject }[] = [
  { gives: '', make: ({ body }) => body },
  { gives: 'without our annotation', make: ({ body }) => withoutOperation(body) },
  { gives: 'with its former subnet', make: ({ body, from }) => withSubnets(body, from) },
  { gives: 'without its status', make: ({ body }) => withoutStatus(body) },
];

/** Rounds through all variants after which a refusing server is believed. */
const ROUNDS = 3;

/** The Node as it came back, and the body that was taken. */
export interface Created {
  answer: RawObject;
  posted: RawObject;
}

/**
 * Posts the Node until it is there. `text` is the body made ready before the DELETE. Undefined when it turns out that the old
 * Node is there after all: then nothing was posted.
 * While the Node is absent nothing but a Failure with exit code 3 leaves this function: when the server refuses every
 * variant, or when the operator gives up; it names the command that brings the Node back.
 */
export async function createNode(record: OperationRecord, text: string, work: Work): Promise<Created | undefined> {
  const patience = new Patience(record, work);
  const since = work.clock.monotonic();
  let variant = 0;
  let first: string | undefined = text;
  for (;;) {
    const posted = fresh(variantBody(record, variant), since, work);
    try {
      return { answer: await post(first ?? JSON.stringify(posted), work), posted };
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'AlreadyExists') {
        const there = await existing(record, work);
        if (there === 'old') return undefined;
        if (there) return { answer: there, posted };
      } else if (error instanceof ApiError && refuses(error)) {
        variant += 1;
        if (variant === ROUNDS * VARIANTS.length) throw patience.unfinished(error);
        const { gives } = VARIANTS[variant % VARIANTS.length] ?? { gives: '' };
        work.tell(
          `Warning: the server refuses node ${record.node} (${error.message}); trying it ${gives || 'whole again'}`,
        );
        if (variant % VARIANTS.length !== 0) continue;
      }
      await patience.wait(error);
    } finally {
      first = undefined;
    }
  }
}

async function post(text: string, { wire, waits }: Work): Promise<RawObject> {
  const answer = await wire.request({ ...creation(text), timeoutMs: waits.answer });
  if (answer.status >= 300) throw apiError(answer);
  return readNode(answer);
}

/** An answer that is cut off leaves the fate of the POST open: the next one tells. */
function readNode({ body }: WireResponse): RawObject {
  try {
    return asObject(JSON.parse(body.toString()));
  } catch (error) {
    throw new WireError('the answer is not JSON', 'unknown', { cause: error });
  }
}

function variantBody(record: OperationRecord, variant: number): RawObject {
  return VARIANTS[variant % VARIANTS.length]?.make(record) ?? record.body;
}

/** After a long absence the old heartbeat would mean Unknown, and eviction, at once (node_lifecycle_controller.go). */
function fresh(body: RawObject, since: number, work: Work): RawObject {
  const late = work.clock.monotonic() - since > work.waits.staleHeartbeat;
  return late ? withHeartbeat(body, new Date(work.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')) : body;
}

/** A refusal that another body may change: validation, webhooks, policies. Not: authentication, throttling, a busy server. */
function refuses({ status }: ApiError): boolean {
  return status >= 400 && status < 500 && ![401, 408, 429].includes(status);
}

/**
 * A Node of this name is there already: `old` when the DELETE has not taken place after all; ours, when an earlier POST got
 * through and its answer was lost; otherwise one that a restarted kubelet registered meanwhile, which is moved out of the
 * way. Undefined when the POST is to be tried again, also when it cannot be told now.
 */
async function existing(record: OperationRecord, work: Work): Promise<RawObject | 'old' | undefined> {
  try {
    const node = await getNode(work.wire, record.node);
    const { uid, annotations } = asObject(node.metadata);
    if (uid === record.uid) return 'old';
    const ours =
      asObject(annotations)[OPERATION_ANNOTATION] === record.operation ||
      asList(asObject(node.spec).podCIDRs).join(',') === record.to.join(',');
    if (ours) return node;
    await displaceIntruder(node, record, work);
  } catch (error) {
    work.tell(`Warning: another Node ${record.node} is in the way: ${error instanceof Error ? error.message : error}`);
  }
  return undefined;
}
