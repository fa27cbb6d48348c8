import type { SurveyNode } from '../model/survey.ts';
import { recogniseAntrea } from './antrea.ts';
import { recogniseCalico } from './calico.ts';
import { recogniseCilium } from './cilium.ts';
import type { CNITrace, RecogniseCNI } from './cni.ts';
import { recogniseFlannel } from './flannel.ts';
import { recogniseKubeRouter } from './kube-router.ts';
import { recogniseOVNKubernetes } from './ovn-kubernetes.ts';

/** flannel stands before calico: canal shows both, and flannel decides the addresses there. */
const CNIS: RecogniseCNI[] = [
  recogniseFlannel,
  recogniseKubeRouter,
  recogniseAntrea,
  recogniseOVNKubernetes,
  recogniseCilium,
  recogniseCalico,
];

/** The CNI that a node's annotations and labels show; undefined when they show none (kindnet and kubenet leave no trace). */
export function recogniseCNI(node: SurveyNode): CNITrace | undefined {
  for (const recognise of CNIS) {
    const trace = recognise(node);
    if (trace) return trace;
  }
  return undefined;
}
