import { durationText } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import { podName } from '../../plan/drain/pod.ts';
import { replaced } from '../../plan/drain/verdict.ts';
import { evictPods, type LeftPod } from '../drain/evict.ts';
import { readDrainVerdict } from '../drain/verdict.ts';
import { persist } from '../persist.ts';
import { whyNoSuccessors } from '../successors.ts';
import { reached, type StepDefinition, type Work } from '../work.ts';

/** Of the pods that are left, so many are named with why. */
const NAMED = 3;

/**
 * Evicts the node's pods on the pod network: they keep their addresses of the former subnet for life. Nothing is taken back
 * when the move is given up: evicted pods run elsewhere by then.
 */
export const drainStep: StepDefinition = {
  name: 'drained',
  stored: false,
  isDone: (record) => reached(record, 'drained'),
  isLeftOut: ({ drain }) => drain === undefined,
  async run(record, work) {
    const { drain } = work.choices;
    if (!drain) return record;
    const verdict = await persist(work, () => readDrainVerdict(work.wire, record.node, drain, work.clock.now()));
    if (verdict.refusal !== undefined) throw new Failure(`it cannot be drained: ${verdict.refusal}`);
    if (replaced(verdict).length > 0) {
      const why = await persist(work, () => whyNoSuccessors(work));
      if (why !== undefined) throw new Failure(`it is not drained: ${why}, and nobody else creates its pods again`);
    }
    if (verdict.warnings.length > 0) work.tell(`Warning: ${verdict.warnings.join('; ')}`);
    const start = work.clock.monotonic();
    const left = await evictPods(verdict.evict, drain, work);
    const timedOut = work.clock.monotonic() - start >= drain.timeout;
    const limit = timedOut ? ` in ${durationText(drain.timeout)}` : '';
    if (left.length > 0) throw notDrained(record.node, left, limit, work);
    work.tell(`node/${record.node} drained`);
    return record;
  },
};

function notDrained(node: string, left: LeftPod[], limit: string, work: Work): Failure {
  const named = left.slice(0, NAMED).map(({ pod, reason }) => `${podName(pod)} (${reason})`);
  const others = left.length > NAMED ? [`${left.length - NAMED} more`] : [];
  const pods = [...named, ...others].join(', ');
  if (work.stopping()) return new Failure(`draining it was stopped; pods left: ${pods}`);
  return new Failure(`it was not drained${limit}; pods left: ${pods}`, {
    hint: `see kubectl get pdb -A and kubectl get pods -A --field-selector spec.nodeName=${node}; --timeout waits longer, --disable-eviction asks no budget`,
  });
}
