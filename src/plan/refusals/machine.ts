import type { SurveyNode } from '../../model/survey.ts';

/** Annotations by which machine controllers tie a Node to a machine that they may replace. */
const MACHINES: [prefix: string, controller: string, wayOut: string][] = [
  ['cluster.x-k8s.io/machine', 'Cluster API', 'pause the Machine (annotation cluster.x-k8s.io/paused)'],
  ['cluster.k8s.io/machine', 'Cluster API', 'pause the Machine'],
  ['machine.openshift.io/machine', 'the OpenShift machine API', 'pause its MachineHealthCheck'],
  ['node.machine.sapcloud.io/', "Gardener's machine controller", 'annotate the Machine so that it is not replaced'],
  ['rke.cattle.io/machine', 'Rancher', 'pause the cluster that owns the machine'],
];

/** The machine controllers' annotations of a node, in the order of their names. */
export function machineAnnotations(annotations: Record<string, string>): string[] {
  return Object.keys(annotations)
    .filter((key) => MACHINES.some(([prefix]) => key.startsWith(prefix)))
    .filter((key) => key !== 'node.machine.sapcloud.io/not-managed-by-mcm')
    .sort();
}

/**
 * A health check takes an absent Node for a dead machine and deletes the machine at once, however short the absence
 * (cluster-api machinehealthcheck_targets.go; cluster-api#3419). `paused`: the operator attests that it will not.
 */
export function refuseMachine(node: SurveyNode, paused: boolean): string | undefined {
  const [key] = machineAnnotations(node.annotations);
  if (key === undefined || paused) return undefined;
  const [, controller, wayOut] = MACHINES.find(([prefix]) => key.startsWith(prefix)) ?? [
    key,
    'a machine controller',
    '',
  ];
  return `${controller} owns its machine (annotation ${key}) and may replace it when the Node is gone for a moment; ${wayOut}, then use --machine-paused`;
}
