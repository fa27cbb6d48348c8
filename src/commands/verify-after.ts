import type { Wire } from '../kube/wire/wire.ts';
import type { OperationRecord } from '../model/operation.ts';
import { type Leaving, Left } from '../operate/leaving.ts';
import { subjectOf } from '../operate/verify/journaled.ts';
import { verifyNodes } from '../operate/verify/nodes.ts';
import { type Verified, verified } from '../render/verified.ts';
import { surveyCluster } from '../survey/survey.ts';
import type { Context } from './context.ts';
import type { ProgressDisplay } from './progress-display.ts';
import { verifyTools } from './verify-tools.ts';

interface After {
  wire: Wire;
  leaving: Leaving;
  display: ProgressDisplay;
}

/** What was seen; `looked`: there was something to look at, and it was. */
export interface VerifiedAfter extends Verified {
  looked: boolean;
}

/**
 * Verifies, at the end of an operation, the nodes on which after-care was seen to work: of the others it is known what is left to
 * do. Never a privileged pod: the CNI's own run. Never throws for what a server does: the nodes have moved.
 */
export async function verifyAfter(
  context: Context,
  records: OperationRecord[],
  { wire, leaving, display }: After,
): Promise<VerifiedAfter> {
  const cared = records.filter(({ step, care }) => step === 'finished' && care?.inForce === true && !care.blocked);
  const nothing = { looked: false, lines: [], complaints: [] };
  if (cared.length === 0 || leaving.left) return nothing;
  const subjects = cared.map(subjectOf);
  try {
    const tools = verifyTools(context, { wire, leaving, display, nodes: subjects.length });
    const survey = await surveyCluster(tools.wire, { pods: 'none', clusterUID: false, freshness: 'quorum' }, {});
    const choices = { probe: 'auto', image: undefined, namespace: undefined, helper: 'never' } as const;
    return { looked: true, ...verified(subjects, await verifyNodes(survey, subjects, choices, tools)) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof Left) return nothing;
    return { ...nothing, complaints: [`the nodes could not be verified: ${error.message}`] };
  } finally {
    display.close();
  }
}
