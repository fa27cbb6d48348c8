/**
 * Annotations whose change makes flannel's peers learn a node's routes again (kube.go:handleUpdateLeaseEvent compares their
 * text), one for each family. All that a node has are rewritten at once: where flannel runs with both families, it passes
 * over an update that leaves either as it was.
 */
export const ANNOUNCING: readonly string[] = [
  'flannel.alpha.coreos.com/backend-data',
  'flannel.alpha.coreos.com/backend-v6-data',
];

/** Written where there is none of those: it names the operation. */
export const OWN_ANNOUNCEMENT = 'kubectl-podcidr/announced';

/**
 * The same JSON in another text: a leading blank more or less. Only that place is harmless: flannel splits the text at `:"`
 * to find its MAC address (vxlan.go:GetStoredMacAddresses).
 */
export function rewritten(value: string): string {
  return value.startsWith(' ') ? value.slice(1) : ` ${value}`;
}
