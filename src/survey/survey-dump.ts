import type { RawObject } from '../model/json.ts';
import type { SettingFlags } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import type { DumpFile } from './dump/files.ts';
import { takeInventory } from './dump/inventory.ts';
import { withLeases } from './inventory.ts';
import { surveyInventory } from './survey.ts';

/** The same survey out of dumps, with the leases of a flannel where they were read from etcd. Throws Failure. */
export function surveyDump(files: DumpFile[], flags: SettingFlags, leases?: RawObject[]): ClusterSurvey {
  return surveyInventory(withLeases(takeInventory(files), leases), flags);
}
