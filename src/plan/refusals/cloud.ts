import { recogniseCNI } from '../../cni/recognise.ts';
import { asObject, asText } from '../../model/read-json.ts';
import type { Surroundings } from '../../model/surroundings.ts';
import type { SurveyNode } from '../../model/survey.ts';

/** Labels by which managed clusters mark their nodes, and where the addresses of their pods come from. */
const MANAGED: [label: string, cluster: string, owner: string][] = [
  ['eks.amazonaws.com/nodegroup', 'Amazon EKS', "pods have addresses of the VPC's subnets"],
  ['eks.amazonaws.com/compute-type', 'Amazon EKS', "pods have addresses of the VPC's subnets"],
  ['cloud.google.com/gke-nodepool', 'Google GKE', "the node's subnet is an alias range of its machine"],
  ['kubernetes.azure.com/cluster', 'Azure AKS', 'the subnet belongs to its virtual network or route table'],
  ['alibabacloud.com/nodepool-id', 'Alibaba ACK', 'the subnet belongs to the VPC'],
  ['doks.digitalocean.com/node-id', 'DigitalOcean Kubernetes', 'the provider allocates and routes it'],
  ['ibm-cloud.kubernetes.io/worker-id', 'IBM Cloud Kubernetes', "pods have addresses of the provider's pools"],
];

/** Clouds whose own controller may hand out subnets (cloud-provider's CloudAllocator), by the scheme of spec.providerID. */
const ALLOCATING: [scheme: string, cloud: string][] = [
  ['gce', 'Google Cloud'],
  ['aws', 'AWS'],
  ['azure', 'Azure'],
];

/**
 * Refuses where the cloud owns the subnet: a subnet set by hand is not routed there, and the cloud may write its own again. A
 * providerID alone says only whose machine it is: on plain machines kube-controller-manager allocates as anywhere, and flannel
 * takes what stands in the Node. It counts where kube-controller-manager is seen not to allocate, and yet the node has a subnet.
 */
export function refuseCloud(
  node: SurveyNode,
  { allocates }: Pick<Surroundings, 'allocates'> = { allocates: { known: false, reason: '' } },
): string | undefined {
  const managed = MANAGED.find(([label]) => node.labels[label] !== undefined);
  if (managed) {
    const [label, cluster, owner] = managed;
    return `it belongs to ${cluster} (label ${label}): ${owner}, and only the provider can change it`;
  }
  const providerID = asText(asObject(node.raw.spec).providerID) ?? '';
  const cloud = ALLOCATING.find(([scheme]) => providerID.startsWith(`${scheme}://`))?.[1];
  if (!cloud || !allocates.known || allocates.value || node.podCIDRs.length === 0) return undefined;
  if (recogniseCNI(node)?.name === 'flannel') return undefined;
  return `${cloud} hands out its subnet (providerID ${providerID}; kube-controller-manager does not: ${allocates.source} is not true): change it there`;
}
