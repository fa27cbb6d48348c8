import { antreaCare } from './antrea.ts';
import { canalCare } from './canal.ts';
import type { CNICare } from './care.ts';
import { ciliumCare } from './cilium.ts';
import { flannelCare } from './flannel.ts';
import { kindnetCare } from './kindnet.ts';
import { kubeRouterCare } from './kube-router.ts';

const CARES: CNICare[] = [flannelCare, canalCare, kubeRouterCare, kindnetCare, antreaCare, ciliumCare];

/** What the CNI of this name needs; undefined for one that is not known. */
export function careFor(cni: string): CNICare | undefined {
  return CARES.find((care) => care.cni === cni);
}
