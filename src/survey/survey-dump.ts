import type { SettingFlags } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import type { DumpFile } from './dump/files.ts';
import { takeInventory } from './dump/inventory.ts';
import { surveyInventory } from './survey.ts';

/** The same survey out of dumps. Throws Failure. */
export function surveyDump(files: DumpFile[], flags: SettingFlags): ClusterSurvey {
  return surveyInventory(takeInventory(files), flags);
}
