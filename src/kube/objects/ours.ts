/** What all objects of ours carry. */
export const OUR_LABELS: Readonly<Record<string, string>> = { 'app.kubernetes.io/managed-by': 'kubectl-podcidr' };

/** Chooses them. */
export const OURS = 'app.kubernetes.io/managed-by=kubectl-podcidr';

/** Says what a pod of ours is for. */
export const PURPOSE = 'kubectl-podcidr/pod';

/** Tells the pods of one run from those of another. */
export const RUN = 'kubectl-podcidr/run';

type Purpose = 'helper' | 'probe';

/** The labels of a short-lived pod. `run`: random digits, one run's own. */
export function ownPodLabels(purpose: Purpose, run: string): Record<string, string> {
  return { ...OUR_LABELS, [PURPOSE]: purpose, [RUN]: run };
}

/** Chooses the pods of all runs that were made for this. */
export function ownPods(purpose: Purpose): string {
  return `${OURS},${PURPOSE}=${purpose}`;
}
