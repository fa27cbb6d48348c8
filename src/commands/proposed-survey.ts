import { BREAKABLE } from '../checks/breaks.ts';
import { needsOf } from '../checks/needs.ts';
import type { ClusterSettings } from '../model/settings.ts';
import type { ClusterSurvey } from '../model/survey.ts';
import { readFiles } from '../survey/dump/files.ts';
import { surveyCluster } from '../survey/survey.ts';
import { surveyDump } from '../survey/survey-dump.ts';
import type { Context } from './context.ts';
import type { Source } from './read-survey.ts';

/** A cluster or dump with the settings that were given, and with those that it has now. */
export interface ProposedSurvey {
  survey: ClusterSurvey;
  present: ClusterSettings;
}

/**
 * Reads the cluster with the settings of the flags in place of its own, and its own settings beside it. By quorum: what is
 * said of it decides about a restart. Throws Failure, ApiError, WireError.
 */
export async function surveyProposed(context: Context, source: Source): Promise<ProposedSurvey> {
  const { filenames, settings, connection } = source;
  if (filenames.length > 0) {
    const files = await readFiles(filenames, () => context.streams.readStdin());
    return { survey: surveyDump(files, settings), present: surveyDump(files, {}).settings };
  }
  const wire = await context.connect(connection);
  const needs = { pods: 'none', collections: needsOf(BREAKABLE), clusterUID: false, freshness: 'quorum' } as const;
  try {
    const survey = await surveyCluster(wire, needs, settings);
    return { survey, present: (await surveyCluster(wire, { ...needs, freshness: 'cached' }, {})).settings };
  } finally {
    wire.close();
  }
}
