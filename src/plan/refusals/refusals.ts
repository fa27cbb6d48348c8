import type { Surroundings, WatcherName } from '../../model/surroundings.ts';
import type { SurveyNode } from '../../model/survey.ts';
import { refuseAdmission } from './admission.ts';
import { refuseAllocator } from './allocator.ts';
import { refuseCloud } from './cloud.ts';
import { refuseDeletion } from './deletion.ts';
import { refuseDeletionWatchers } from './deletion-watchers.ts';
import { refuseDetachingVolume } from './detaching-volume.ts';
import { refuseEtcdMember } from './etcd-member.ts';
import { refuseFinalizers } from './finalizers.ts';
import { refuseIgnoringCNI } from './ignoring-cni.ts';
import { refuseMachine } from './machine.ts';
import { refuseOffline } from './offline.ts';
import { refuseWindows } from './windows.ts';

/** What the operator vouches for. */
export interface Attestations {
  /** --machine-paused: no machine controller will act on the node's absence. */
  machinePaused: boolean;
  /** --offline-node: a node whose kubelet does not report is changed in the API alone. */
  offlineNode?: boolean;
  /** --ignore: controllers whose deed on a deletion does no harm. */
  ignored?: readonly WatcherName[];
}

/** What a node is judged by. */
export interface Judgement extends Attestations {
  /** Absent: not looked at. What in it could not be read refuses nothing; the plan says so. */
  surroundings?: Surroundings;
}

/** Why this Node must not be deleted and created again, one sentence with the way out; undefined when it may. */
export function refusal(node: SurveyNode, judgement: Judgement): string | undefined {
  const { machinePaused, offlineNode = false, ignored = [], surroundings } = judgement;
  return (
    refuseDeletion(node) ??
    refuseFinalizers(node) ??
    refuseEtcdMember(node) ??
    refuseMachine(node, machinePaused) ??
    refuseWindows(node) ??
    refuseSubnet(node, surroundings) ??
    refuseOffline(node, offlineNode) ??
    refuseDetachingVolume(node, readings(surroundings?.detaching)) ??
    refuseDeletionWatchers(readings(surroundings?.watchers), ignored) ??
    refuseAdmission(node, readings(surroundings?.hooks))
  );
}

/** The same for a Node without a subnet, which is only patched: nobody sees it go. */
export function patchRefusal(node: SurveyNode, { surroundings }: Judgement): string | undefined {
  return refuseDeletion(node) ?? refuseSubnet(node, surroundings);
}

/** Reasons why spec.podCIDR is not ours to set, however it is done. */
function refuseSubnet(node: SurveyNode, surroundings: Surroundings | undefined): string | undefined {
  return (
    refuseCloud(node, surroundings) ??
    (surroundings && refuseAllocator(surroundings)) ??
    refuseIgnoringCNI(node, surroundings?.cnis)
  );
}

function readings<T>(reading: { known: true; value: T[] } | { known: false } | undefined): T[] {
  return reading?.known ? reading.value : [];
}
