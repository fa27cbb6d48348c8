import { listIfServed } from '../../kube/objects/find.ts';
import type { Allocator } from '../../model/cluster-facts.ts';
import { readCommandLine } from '../../model/command-line.ts';
import type { Json, JsonObject, RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import type { Collection } from '../collection.ts';
import { texts } from '../nodes.ts';

const PAGE = 500;

/** DaemonSets that are looked at: CNIs, cloud-controller-managers. Others are let go as they are read. */
const DAEMON_SETS =
  /flannel|canal|kindnet|kube-router|antrea-agent|^cilium$|^calico-node$|^aws-node$|azure-cn[is]|^terway|^weave-net$|^kube-ovn-cni$|^ovnkube-node$|cloud-controller-manager/;

/** Deployments that are looked at. */
const DEPLOYMENTS = /node-ipam-controller|cloud-controller-manager/;

/** Images of cloud-controller-managers with a node IPAM controller of their own. */
const CLOUD = /azure-cloud-controller-manager|cloud-provider-gcp/;

/** The DaemonSets of all namespaces that say which CNI runs, and where. */
export const daemonSets: Collection = {
  what: 'DaemonSets',
  any: 'DaemonSet',
  told: ['DaemonSet'],
  holds: (object) => object.kind === 'DaemonSet' && DAEMON_SETS.test(nameOf(object)),
  async read(wire) {
    const found = await listIfServed(wire, { path: '/apis/apps/v1/daemonsets', freshness: 'quorum', page: PAGE });
    return found.filter((object) => daemonSets.holds(object));
  },
  keep: keepWorkload,
};

/** Deployments of kube-system that hand out subnets. */
export const deployments: Collection = {
  what: 'Deployments in kube-system',
  any: 'Deployment',
  told: ['Deployment'],
  holds: (object) =>
    object.kind === 'Deployment' &&
    asObject(object.metadata).namespace === 'kube-system' &&
    DEPLOYMENTS.test(nameOf(object)),
  async read(wire) {
    const path = '/apis/apps/v1/namespaces/kube-system/deployments';
    const found = await listIfServed(wire, { path, freshness: 'quorum', page: PAGE });
    return found.filter((object) => deployments.holds(object));
  },
  keep: keepWorkload,
};

/**
 * cloud-controller-managers that hand out subnets themselves: those of Azure and Google have a node IPAM controller of their own
 * (kubermatic/kubeone#2104, gardener-extension-provider-gcp#937). Elsewhere --allocate-node-cidrs only lets the routes be made.
 */
export function cloudAllocators(workloads: RawObject[]): Allocator[] {
  return workloads.flatMap((workload) => {
    const template = asObject(asObject(asObject(workload.spec).template).spec);
    return asList(template.containers)
      .map(asObject)
      .filter(({ image }) => CLOUD.test(asText(image) ?? ''))
      .filter(({ command, args }) => isOn(readCommandLine([...texts(command), ...texts(args)])))
      .map(() => ({
        name: 'cloud-controller-manager',
        source: `${workload.kind} ${String(asObject(workload.metadata).namespace)}/${nameOf(workload)} --allocate-node-cidrs`,
      }));
  });
}

function isOn(flags: Map<string, string>): boolean {
  return /^(1|t|true)$/i.test(flags.get('allocate-node-cidrs') ?? 'false');
}

function nameOf({ metadata }: RawObject): string {
  return asText(asObject(metadata).name) ?? '';
}

/** What says whose it is, where its pods run, and whether it hands out subnets. */
function keepWorkload({ apiVersion, kind, metadata, spec, status }: RawObject): RawObject {
  const { name, namespace, uid } = asObject(metadata);
  const { replicas, template } = asObject(spec);
  const { nodeSelector, affinity, tolerations, initContainers, containers } = asObject(asObject(template).spec);
  const { observedGeneration, desiredNumberScheduled } = asObject(status);
  const required = asObject(asObject(affinity).nodeAffinity).requiredDuringSchedulingIgnoredDuringExecution;
  return {
    apiVersion: apiVersion ?? 'apps/v1',
    kind: kind ?? '',
    metadata: { name, namespace, uid },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      template: {
        spec: {
          nodeSelector,
          ...(required === undefined
            ? {}
            : { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } }),
          tolerations,
          initContainers: asList(initContainers).map((one) => ({ name: asObject(one).name })),
          containers: asList(containers).map(asObject).map(keepContainer),
        },
      },
    },
    status: { observedGeneration, desiredNumberScheduled },
  };
}

function keepContainer({ name, image, command, args, env }: JsonObject): JsonObject {
  const flags = readCommandLine([...texts(command), ...texts(args)]);
  const allocates = flags.get('allocate-node-cidrs');
  const kept = [
    ...(allocates === undefined ? [] : [`--allocate-node-cidrs=${allocates}`]),
    ...(flags.has('etcd-endpoints') ? ['--etcd-endpoints='] : []),
  ];
  return {
    name,
    // A registry of one's own is nobody's business.
    ...(CLOUD.test(asText(image) ?? '') ? { image } : {}),
    ...(kept.length === 0 ? {} : { args: kept }),
    env: asList(env).filter((one: Json) => asObject(one).name === 'USE_POD_CIDR'),
  };
}
