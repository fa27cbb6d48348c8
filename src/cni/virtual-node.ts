import type { SurveyNode } from '../model/survey.ts';

/**
 * True for nodes without a machine of their own (virtual-kubelet, EKS Fargate): they need no pod subnet.
 * The label, taint and label are those that virtual-kubelet (cmd/virtual-kubelet/internal/commands/root/node.go) and EKS set.
 */
export function isVirtualNode({ labels, taints }: SurveyNode): boolean {
  return (
    labels.type === 'virtual-kubelet' ||
    labels['eks.amazonaws.com/compute-type'] === 'fargate' ||
    taints.some(({ key }) => key === 'virtual-kubelet.io/provider')
  );
}
