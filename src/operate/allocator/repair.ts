import { ApiError } from '../../kube/wire/api-error.ts';
import { Left } from '../leaving.ts';
import { type AllocatorTools, followRestart, type RestartOutcome } from './restart.ts';

/**
 * Puts right what a run that ended in the middle of a restart has left on kube-controller-manager's lease. Returns what the
 * operator is to know, a line each: nothing where there was nothing. Never throws for what a server does: a lease that is
 * left alone expires after 15 s.
 */
export async function repairAllocatorLease(tools: AllocatorTools): Promise<string[]> {
  try {
    const found = await followRestart(tools);
    return found
      ? [`Operation ${found.operation} had begun to restart kube-controller-manager: ${WORDS[found.outcome]}`]
      : [];
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Left) throw error;
    if (error instanceof ApiError && error.status === 403) return [];
    return [`Warning: the lease of kube-controller-manager could not be looked at: ${error.message}`];
  }
}

const WORDS: Record<RestartOutcome, string> = {
  restarted: 'that is done',
  'not exited': 'it did not exit, and leads again',
  'not led': 'nobody leads it',
  stopped: 'its lease was put back',
};
