import { findObject } from '../../kube/objects/find.ts';
import { getLease } from '../../kube/objects/lease.ts';
import type { Wire } from '../../kube/wire/wire.ts';
import type { Clock, Waits } from '../../model/clock.ts';
import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import type { VerifyLine, VerifySubject } from '../../model/verification.ts';
import { Left } from '../leaving.ts';

interface OwnedTools {
  wire: Wire;
  clock: Clock;
  waits: Pick<Waits, 'ownership' | 'poll'>;
}

type Seen = Pick<VerifyLine, 'result' | 'why'>;

/**
 * Whether Lease and CSINode of a node are owned by the Node as it is now: what another one owns is deleted by the garbage collector.
 * A kubelet makes its Lease anew once that is gone, within a minute of a move (nodelease.go:SetNodeOwnerFunc): it is waited for.
 * Throws Left.
 */
export async function verifyOwned(
  { node, hadCSINode }: VerifySubject,
  uid: string,
  tools: OwnedTools,
): Promise<VerifyLine[]> {
  const { wire } = tools;
  const lease = async () => judge((await getLease(wire, 'kube-node-lease', node))?.lease, uid, NO_LEASE);
  const csiNode = async () =>
    judge(await findObject(wire, csiNodePath(node)), uid, hadCSINode ? LOST_CSINODE : NO_CSINODE);
  const [ofLease, ofCSINode] = await Promise.all([settled(lease, tools), settled(csiNode, tools)]);
  const line = { subject: `node/${node}`, nodes: [node] };
  return [
    { ...line, check: 'Lease', ...ofLease },
    { ...line, check: 'CSINode', ...ofCSINode },
  ];
}

/** Looks until it passes or the time is over; what cannot be read is not checked. */
async function settled(look: () => Promise<Seen>, { clock, waits }: OwnedTools): Promise<Seen> {
  const end = clock.monotonic() + waits.ownership;
  try {
    for (;;) {
      const seen = await look();
      if (seen.result !== 'fail' || clock.monotonic() >= end) return seen;
      await clock.sleep(waits.poll);
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Left) throw error;
    return { result: 'not-checked', why: error.message };
  }
}

const NO_LEASE: Seen = { result: 'fail', why: 'there is none: does its kubelet run?' };
const NO_CSINODE: Seen = { result: 'not-checked', why: 'there is none' };
const LOST_CSINODE: Seen = { result: 'fail', why: 'it is gone: restart the kubelet, which makes it anew' };

function judge(object: RawObject | undefined, uid: string, absent: Seen): Seen {
  if (!object) return absent;
  const owners = asList(asObject(object.metadata).ownerReferences).map(asObject);
  const owner = owners.find(({ kind }) => kind === 'Node');
  if (!owner) return { result: 'not-checked', why: 'it is owned by no Node' };
  if (owner.uid === uid) return { result: 'pass', why: 'owned by the Node' };
  return { result: 'fail', why: `owned by another Node object (uid ${asText(owner.uid)}), and deleted with it` };
}

function csiNodePath(node: string): string {
  return `/apis/storage.k8s.io/v1/csinodes/${encodeURIComponent(node)}`;
}
