import type { OperationRecord } from '../model/operation.ts';
import type { Work } from './work.ts';

/** A Node that was restored has been absent since who knows when. */
const DAY = 24 * 3600 * 1000;

/**
 * Waits before a Node that was absent for seconds is deleted again: pod garbage collection judges by name, and a name that it
 * has seen absent once is judged 40 s later without another look in between (gc_controller.go:quarantineTime). The wait is
 * announced. `cooldown`: milliseconds since the Node came back. False when the operator wanted to stop before it was over: then
 * the Node must not be deleted.
 */
export async function coolDown(
  node: string,
  absence: OperationRecord['absence'],
  cooldown: number,
  { clock, waits, stopping, progress, tell }: Pick<Work, 'clock' | 'waits' | 'stopping' | 'progress' | 'tell'>,
): Promise<boolean> {
  if (!absence || absence.ms < waits.absenceNoticed) return true;
  const end = Date.parse(absence.until) + cooldown;
  if (end <= clock.now()) return true;
  const seconds = Math.ceil((end - clock.now()) / 1000);
  const how = absence.ms > DAY ? 'nobody knows how long' : `${Math.ceil(absence.ms / 1000)} s`;
  tell(`node/${node} was absent for ${how} just now; waiting ${seconds} s (--cooldown)`);
  progress({ kind: 'wait', wait: 'cooldown', node });
  while (clock.now() < end && !stopping()) await clock.sleep(Math.min(waits.poll, end - clock.now()));
  return clock.now() >= end;
}
