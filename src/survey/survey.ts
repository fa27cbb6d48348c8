import { subnetsAreFollowed, withPodSubnets } from '../cni/lease-place.ts';
import { noteOf } from '../kube/objects/config-map.ts';
import { readHolder } from '../kube/objects/lock-lease.ts';
import { interruptedAmong } from '../kube/objects/open-notes.ts';
import type { Wire } from '../kube/wire/wire.ts';
import { NO_FACTS } from '../model/cluster-facts.ts';
import type { CollectionName } from '../model/collection.ts';
import type { RawObject } from '../model/json.ts';
import type { Reading } from '../model/reading.ts';
import type { SettingFlags } from '../model/settings.ts';
import type { ClusterSurvey, InterruptedOperation } from '../model/survey.ts';
import { allowed } from './allowed.ts';
import { isLock } from './collections.ts';
import { readFacts } from './facts.ts';
import { gather, type Inventory, withLeases } from './inventory.ts';
import { readNode } from './nodes.ts';
import type { PartOfPods } from './part-of-pods.ts';
import { skimPods } from './pod-skim.ts';
import { readPod } from './pods.ts';
import { settingDifferences } from './settings/differences.ts';
import { mergeSettings } from './settings/merge.ts';
import { settingWarnings } from './settings/warnings.ts';

/** What a command needs of the cluster: nothing is read that it does not use. */
export interface SurveyNeeds {
  /**
   * None, all, what the checks look at (`skimmed`), those that have these addresses (canonical text), or those of the nodes that
   * the question is answered yes for.
   */
  pods: 'none' | 'all' | 'skimmed' | PartOfPods;
  /** What else, beside kube-controller-manager's pods and the journal. */
  collections?: readonly CollectionName[];
  /** Leases of a flannel that were read from etcd. */
  leases?: RawObject[] | undefined;
  /** The uid of namespace kube-system. */
  clusterUID: boolean;
  /** `cached` for reports; `quorum` before anything is changed, and before an error is reported. */
  freshness: 'cached' | 'quorum';
}

/** What every command needs beside the Nodes. */
const ALWAYS: CollectionName[] = ['controllerManagers', 'journal'];

/**
 * Reads the cluster, all in parallel. Nodes must be readable; for the rest a refusal is a reason, never a failure.
 * Throws Failure (a setting given wrongly), ApiError, WireError.
 */
export async function surveyCluster(wire: Wire, needs: SurveyNeeds, flags: SettingFlags): Promise<ClusterSurvey> {
  // Wrong flags are told before anything is asked.
  mergeSettings(flags, { known: false, reason: '' });
  const { pods, collections = [] } = needs;
  const wanted = new Set<CollectionName>([...ALWAYS, ...collections]);
  if (pods === 'none' || pods === 'skimmed') wanted.delete('pods');
  else wanted.add('pods');
  const part = typeof pods === 'string' ? undefined : pods;
  const inventory = await gather(wire, { ...needs, collections: [...wanted], part });
  const survey = surveyInventory(withLeases(inventory, needs.leases), flags);
  if (pods !== 'skimmed') return survey;
  const { nodes, facts = NO_FACTS } = survey;
  const skim = () => skimPods(wire, withPodSubnets(nodes, facts), subnetsAreFollowed(nodes, facts));
  return { ...survey, pods: await allowed('pods', wire.server, skim) };
}

/** The survey of what was gathered, from a server or from a dump. Throws Failure (a setting given wrongly). */
export function surveyInventory({ collections, ...rest }: Inventory, flags: SettingFlags): ClusterSurvey {
  const { origin, now, nodes, clusterUID } = rest;
  const { pods, controllerManagers, journal } = collections;
  const { kubeadmConfig, serviceCIDRs } = collections;
  const others = { nodes, kubeadmConfig, serviceCIDRs };
  const settings = mergeSettings(flags, controllerManagers, others);
  const own = mergeSettings({}, controllerManagers, others);
  return {
    origin,
    clusterUID,
    now,
    nodes: nodes.map(readNode),
    pods: each(pods, readPod),
    settings,
    facts: readFacts(collections),
    interrupted: journal.known ? interrupted(journal.value, now) : [],
    ...(journal.known ? {} : { journalUnread: journal.reason }),
    warnings: settingWarnings(settings),
    differences: settingDifferences(flags, settings, own),
  };
}

function interrupted(journal: RawObject[], now: number): InterruptedOperation[] {
  const lock = journal.find(isLock);
  return interruptedAmong(journal.filter((object) => !isLock(object)).map(noteOf), lock && readHolder(lock), now);
}

function each<T>(reading: Reading<RawObject[]>, read: (raw: RawObject) => T): Reading<T[]> {
  return reading.known ? { ...reading, value: reading.value.map(read) } : reading;
}
