import type { LeftToDo } from './left-to-do.ts';

/** A pod of a CNI's agent that is restarted, as it was before. */
export interface RestartedAgent {
  /** flannel, canal, … */
  cni: string;
  namespace: string;
  daemonSet: string;
  name: string;
  uid: string;
}

/** A pod that is deleted because it keeps an address of a former subnet. */
export interface RenewedPod {
  namespace: string;
  name: string;
  uid: string;
  /** uid of its controller. */
  controller: string;
  /** That is a DaemonSet: its next pod comes to the same node. */
  daemonSet: boolean;
}

/** What was done on a node after its Node had its new subnet. Kept in the record, so that another process can go on. */
export interface Care {
  /** Stored before the first of them is deleted; none where no pod of a CNI was seen on the node. */
  agents: RestartedAgent[];
  /** The CNI was seen to work with the new subnet. */
  inForce?: true;
  /** It was seen not to work with it: the pods of the node are cut off. */
  fails?: true;
  /** uids of pods that lost their network with a bridge that was removed, though their addresses are right. */
  cut?: string[];
  /** Stored before the first of them is deleted. */
  renewed?: RenewedPod[];
  /** What could not be done, in the order in which it is to be done. */
  left: LeftToDo[];
  /** Nothing further can be done before what is left is. */
  blocked?: true;
}
