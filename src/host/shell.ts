import type { ExecResult } from '../kube/exec.ts';

/** A way to run commands on one node, in its own network namespace. */
export interface NodeShell {
  node: string;
  /** For words: pod kube-flannel/kube-flannel-ds-x7k2p. */
  source: string;
  /** True when the files of the host (/etc/cni/net.d, /var/lib/cni) can be reached too. */
  seesHost: boolean;
  /**
   * Runs `sh -c SCRIPT` and waits for its end. Throws ApiError, WireError: then it is not known whether it ran to its end, so
   * scripts must bear being run again.
   */
  run(script: string): Promise<ExecResult>;
  /** Removes what was made for it. Safe to be called again. */
  close(): Promise<void>;
}
