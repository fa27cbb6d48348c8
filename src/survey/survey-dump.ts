import { noteOf } from '../kube/objects/config-map.ts';
import { LOCK, readHolder } from '../kube/objects/lock-lease.ts';
import type { RawObject } from '../model/json.ts';
import { asObject, asText } from '../model/read-json.ts';
import type { Reading } from '../model/reading.ts';
import type { SettingFlags } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import type { DumpFile } from './dump/files.ts';
import { takeInventory } from './dump/inventory.ts';
import { readObjects } from './dump/objects.ts';
import { interruptedAmong } from './interrupted.ts';
import { newestTime } from './newest-time.ts';
import { readNode } from './nodes.ts';
import { readPod } from './pods.ts';
import { isControllerManager } from './settings/controller-manager.ts';
import { mergeSettings } from './settings/merge.ts';
import { settingWarnings } from './settings/warnings.ts';

/** The same survey out of dumps. "Now" is the newest timestamp in them. Throws Failure. */
export function surveyDump(files: DumpFile[], flags: SettingFlags): ClusterSurvey {
  const names = files.map(({ file }) => file);
  const { nodes, pods, configMaps, leases, kubeSystem } = takeInventory(
    files.flatMap(({ file, text }) => readObjects(text, file)),
    names,
  );
  const source = `dump ${names.join(', ')}`;
  const inDump = <T>(value: T | undefined, what: string): Reading<T> =>
    value === undefined ? { known: false, reason: `the dump has no ${what}` } : { known: true, value, source };
  const uid = asText(asObject(kubeSystem?.metadata).uid);
  const settings = mergeSettings(flags, controllerManagers(pods));
  const now = newestTime([...nodes, ...pods]);
  const lock = leases.find((lease) => asObject(lease.metadata).name === LOCK.name);
  return {
    origin: 'dump',
    clusterUID: inDump(uid, 'namespace kube-system'),
    now,
    nodes: nodes.map(readNode),
    pods: inDump(pods.length > 0 ? pods.map(readPod) : undefined, 'pods'),
    settings,
    interrupted: interruptedAmong(configMaps.map(noteOf), lock && readHolder(lock), now),
    warnings: settingWarnings(settings),
  };
}

function controllerManagers(pods: RawObject[]): Reading<RawObject[]> {
  const found = pods.filter(isControllerManager);
  return found.length > 0
    ? { known: true, value: found, source: 'dump' }
    : { known: false, reason: 'the dump has no pod of kube-controller-manager' };
}
