import type { SurveyNode } from '../../model/survey.ts';

/** k3s and rke2 remove the etcd member of a Node that is deleted (k3s member_controller.go:onRemove, k3s#2669, rke2#401). */
export function refuseEtcdMember(node: SurveyNode): string | undefined {
  if (node.labels['node-role.kubernetes.io/etcd'] !== 'true') return undefined;
  return 'it is an etcd member of k3s or rke2 (label node-role.kubernetes.io/etcd=true): deleting its Node removes the member; use k3s or rke2 to remove and re-join it';
}
