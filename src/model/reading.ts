/**
 * Something read from the cluster, with its source, or the reason why it is not known.
 * `source` and `reason` are printed to the user as they are, for example
 * "pod kube-system/kube-controller-manager-cp1 --cluster-cidr".
 */
export type Reading<T> = { known: true; value: T; source: string } | { known: false; reason: string };
