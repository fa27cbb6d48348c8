import type { OperationRecord } from '../../model/operation.ts';
import type { VerifySubject } from '../../model/verification.ts';
import type { JournaledOperation } from '../journal/read.ts';

/** Operations that ended longer ago are not looked at, in milliseconds: as long as their records are kept. */
const RECENT = 30 * 24 * 3600 * 1000;

/**
 * The nodes of operations that were finished in the last 30 days, each as the last of them left it. `now`: milliseconds since the
 * epoch.
 */
export function journaledSubjects(operations: JournaledOperation[], now: number): VerifySubject[] {
  const subjects = new Map<string, VerifySubject>();
  for (const { manifest, records } of operations) {
    if (manifest.state !== 'finished' || now - Date.parse(manifest.at) > RECENT) continue;
    for (const record of records.values()) {
      if (record.step !== 'finished') continue;
      // The last operation stands last.
      subjects.delete(record.node);
      subjects.set(record.node, subjectOf(record));
    }
  }
  return [...subjects.values()];
}

/** A node as its move left it. */
export function subjectOf({ node, to, operation, survivors, dependents }: OperationRecord): VerifySubject {
  return {
    node,
    twins: survivors.map((survivor) => survivor.node),
    given: { podCIDRs: to, operation },
    hadCSINode: dependents.some(({ name }) => name.startsWith('CSINode/')),
  };
}

/** Named nodes, with what operations tell of them: one that kept a shared subnet has the one that moved away for a twin. */
export function namedSubjects(names: string[], journaled: VerifySubject[]): VerifySubject[] {
  return names.map((node) => {
    const own = journaled.find((subject) => subject.node === node);
    const former = journaled.filter(({ twins }) => twins.includes(node)).map((subject) => subject.node);
    const twins = [...new Set([...(own?.twins ?? []), ...former])];
    return { ...(own ?? { node, hadCSINode: false }), twins };
  });
}
