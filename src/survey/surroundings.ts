import { installedCNIs } from '../cni/installed.ts';
import { listObjects } from '../kube/objects/list.ts';
import { ApiError } from '../kube/wire/api-error.ts';
import { requestJSON } from '../kube/wire/json.ts';
import type { Wire } from '../kube/wire/wire.ts';
import type { RawObject } from '../model/json.ts';
import { asObject, asText, asTexts } from '../model/read-json.ts';
import type { Reading } from '../model/reading.ts';
import type { Detaching, Surroundings } from '../model/surroundings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { detectsByNodeCIDR } from '../plan/care/kube-proxy.ts';
import { readHooks } from './admission/hooks.ts';
import { allowed } from './allowed.ts';
import { watchersByGroup, watchersByWorkload } from './deletion-watchers.ts';

/** Workloads and attachments a page. */
const PAGE = 500;

/**
 * Reads what decides about deleting a Node, all in parallel and by quorum. What the server does not let us read is a reason,
 * never a failure. Throws Failure, WireError.
 */
export async function readSurroundings(wire: Wire, survey: ClusterSurvey): Promise<Surroundings> {
  const [daemonSets, deployments, cilium, calico, kubeProxy, hooks, detaching] = await Promise.all([
    allowed('DaemonSets', wire.server, () => listWorkloads(wire, 'daemonsets')),
    allowed('Deployments', wire.server, () => listWorkloads(wire, 'deployments')),
    readConfig(wire, 'cilium-config'),
    readConfig(wire, 'calico-config'),
    readConfig(wire, 'kube-proxy'),
    allowed('admission configurations', wire.server, () => readHooks(wire, survey.nodes)),
    allowed('VolumeAttachments', wire.server, () => readDetaching(wire)),
  ]);
  const { allocatorType: allocator, allocateNodeCIDRs: allocates } = survey.settings;
  const cnis = mapReading(daemonSets, (items) =>
    installedCNIs(items, { 'cilium-config': cilium, 'calico-config': calico }),
  );
  const proxyByNodeCIDR = detectsByNodeCIDR(kubeProxy);
  return {
    cnis,
    watchers: await watchers(wire, daemonSets, deployments),
    hooks,
    detaching,
    proxyByNodeCIDR,
    allocator,
    allocates,
  };
}

/** By their workloads; where those may not be read, by the API groups that they bring, which anybody may see. */
async function watchers(
  wire: Wire,
  daemonSets: Reading<RawObject[]>,
  deployments: Reading<RawObject[]>,
): Promise<Surroundings['watchers']> {
  if (daemonSets.known && deployments.known) {
    const value = watchersByWorkload([...daemonSets.value, ...deployments.value]);
    return { known: true, value, source: wire.server };
  }
  const groups = await allowed('API groups', wire.server, async () => {
    const { body } = await requestJSON(wire, { method: 'GET', path: '/apis' });
    return watchersByGroup(body);
  });
  if (groups.known && groups.value.length > 0) return groups;
  // No group proves nothing: not every one of them brings one.
  return daemonSets.known ? (deployments.known ? groups : deployments) : daemonSets;
}

async function listWorkloads(wire: Wire, resource: string): Promise<RawObject[]> {
  return (await listObjects(wire, { path: `/apis/apps/v1/${resource}`, freshness: 'quorum', page: PAGE })).items;
}

/** A ConfigMap of a CNI or of kube-proxy; empty when it is not there or may not be read: then nothing is concluded from it. */
async function readConfig(wire: Wire, name: string): Promise<Record<string, string>> {
  try {
    const path = `/api/v1/namespaces/kube-system/configmaps/${name}`;
    return asTexts((await requestJSON(wire, { method: 'GET', path })).body.data);
  } catch (error) {
    if (error instanceof ApiError) return {};
    throw error;
  }
}

async function readDetaching(wire: Wire): Promise<Detaching[]> {
  const path = '/apis/storage.k8s.io/v1/volumeattachments';
  const { items } = await listObjects(wire, { path, freshness: 'quorum', page: PAGE });
  return items
    .filter(({ metadata }) => asObject(metadata).deletionTimestamp !== undefined)
    .map(({ metadata, spec }) => ({
      node: asText(asObject(spec).nodeName) ?? '',
      name: asText(asObject(metadata).name) ?? '',
    }));
}

function mapReading<From, To>(reading: Reading<From>, map: (value: From) => To): Reading<To> {
  return reading.known ? { ...reading, value: map(reading.value) } : reading;
}
