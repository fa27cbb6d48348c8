import { listControllerManagers } from '../kube/objects/controller-managers.ts';
import type { Listed } from '../kube/objects/list.ts';
import { getNamespace } from '../kube/objects/namespaces.ts';
import { listNodes } from '../kube/objects/nodes.ts';
import { eachPod, listPodsAt } from '../kube/objects/pods.ts';
import type { Wire } from '../kube/wire/wire.ts';
import { asObject, asText } from '../model/read-json.ts';
import type { Reading } from '../model/reading.ts';
import type { SettingFlags } from '../model/settings.ts';
import type { ClusterSurvey, SurveyNode, SurveyPod } from '../model/survey.ts';
import { allowed } from './allowed.ts';
import { readInterrupted } from './interrupted.ts';
import { newestTime } from './newest-time.ts';
import { podsOfNode } from './node-pods.ts';
import { readNode } from './nodes.ts';
import { readPod } from './pods.ts';
import { mergeSettings } from './settings/merge.ts';
import { settingWarnings } from './settings/warnings.ts';

/** What a command needs of the cluster: nothing is read that it does not use. */
export interface SurveyNeeds {
  /** None, all, those that have these addresses (canonical text), or those of the nodes that the question is answered yes for. */
  pods: 'none' | 'all' | { addresses: string[] } | { onNodes: (node: SurveyNode) => boolean };
  /** The uid of namespace kube-system. */
  clusterUID: boolean;
  /** `cached` for reports; `quorum` before anything is changed, and before an error is reported. */
  freshness: 'cached' | 'quorum';
}

/**
 * Reads the cluster, all in parallel. Nodes must be readable; for the rest a refusal is a reason, never a failure.
 * Throws Failure (a setting given wrongly), ApiError, WireError.
 */
export async function surveyCluster(wire: Wire, needs: SurveyNeeds, flags: SettingFlags): Promise<ClusterSurvey> {
  // Wrong flags are told before anything is asked.
  mergeSettings(flags, { known: false, reason: '' });
  const listed = listNodes(wire, needs.freshness);
  const [nodes, controllerManagers, pods, clusterUID, interrupted] = await Promise.all([
    listed,
    allowed('the pods of kube-controller-manager', `${wire.server}`, () => listControllerManagers(wire, 'cached')),
    needs.pods === 'none'
      ? notRead('pods were not asked for')
      : allowed('pods', wire.server, () => podsOf(wire, needs, listed)),
    needs.clusterUID
      ? allowed('namespace kube-system', wire.server, () => readUID(wire))
      : notRead('it was not asked for'),
    readInterrupted(wire),
  ]);
  const settings = mergeSettings(flags, controllerManagers);
  return {
    origin: 'cluster',
    clusterUID,
    now: nodes.date ?? newestTime(nodes.items),
    nodes: nodes.items.map(readNode),
    pods,
    settings,
    interrupted,
    warnings: settingWarnings(settings),
  };
}

async function podsOf(wire: Wire, { pods }: SurveyNeeds, listed: Promise<Listed>): Promise<SurveyPod[]> {
  if (typeof pods === 'string') return readPods(wire);
  if ('addresses' in pods) return readPodsAt(wire, pods.addresses);
  const chosen = (await listed).items.map(readNode).filter(pods.onNodes);
  if (chosen.length > MOST_NODES) return readPods(wire);
  return (await Promise.all(chosen.map(({ name }) => podsOfNode(wire, name)))).flat();
}

/** Nodes whose pods are asked for one by one; for more, all pods at once cost less. */
const MOST_NODES = 16;

async function readPods(wire: Wire): Promise<SurveyPod[]> {
  const pods: SurveyPod[] = [];
  await eachPod(wire, (page) => pods.push(...page.map(readPod)));
  return pods;
}

/** The server finds pods by their first address only: for one of the second family all pods are looked through. */
async function readPodsAt(wire: Wire, addresses: string[]): Promise<SurveyPod[]> {
  const found = await Promise.all(addresses.map((address) => listPodsAt(wire, address)));
  return found.some((pods) => pods.length === 0) ? readPods(wire) : found.flat().map(readPod);
}

async function readUID(wire: Wire): Promise<string> {
  return asText(asObject((await getNamespace(wire, 'kube-system')).metadata).uid) ?? '';
}

async function notRead(reason: string): Promise<Reading<never>> {
  return { known: false, reason };
}
