import type { Finding } from '../../model/finding.ts';

/** Why it hurts when the cluster CIDR is another one there; the first word names the place. */
const HARMS = {
  replicas: 'Replicas: the next leader hands out subnets that overlap those of the last.',
  flannel: 'flannel: nodes outside its Network have no network.',
  'kube-proxy': 'kube-proxy: takes pods for strangers and hides their addresses.',
  'kubeadm-config': 'kubeadm-config: the next upgrade brings the old value back.',
};

/** For the catalogue: all places. */
export const MISMATCH_HARM = Object.values(HARMS).join(' ');

/** Of one finding: its place alone. flannel's ConfigMap has many names. */
export function mismatchHarm({ kind, name }: Finding['subject']): string {
  if (kind === 'Setting') return HARMS.replicas;
  return name === 'kube-proxy' || name === 'kubeadm-config' ? HARMS[name] : HARMS.flannel;
}
