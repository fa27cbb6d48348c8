import type { SurveyNode } from '../model/survey.ts';
import type { CNITrace } from './cni.ts';

const PREFIX = 'flannel.alpha.coreos.com/';

/**
 * flannel, also as part of canal, k3s and rke2: it annotates its own Node (pkg/subnet/kube/kube.go:AcquireLease).
 * It takes the subnet from spec.podCIDR(s) and from nowhere else.
 */
export function recogniseFlannel({ annotations }: SurveyNode): CNITrace | undefined {
  if (!Object.keys(annotations).some((key) => key.startsWith(PREFIX))) return undefined;
  const backend = annotations[`${PREFIX}backend-type`];
  const address = annotations[`${PREFIX}public-ip-overwrite`] ?? annotations[`${PREFIX}public-ip`];
  const addressV6 = annotations[`${PREFIX}public-ipv6-overwrite`] ?? annotations[`${PREFIX}public-ipv6`];
  const facts = [backend, address, addressV6].filter((fact): fact is string => !!fact);
  return { name: 'flannel', follows: 'yes', facts };
}
