import { removeCgroups } from './cgroups.ts';
import { endInhabitants } from './inhabitants.ts';
import { forgetLab, type KnownLab, LabFiles } from './lab-files.ts';
import { removeNetwork } from './network.ts';

/**
 * Ends a lab by what the kernel knows of it, not by what was noted: whatever became of its starter, its processes are in its
 * namespaces, and its mounts go with their last process. Safe to be called again.
 */
export async function endLab(lab: KnownLab): Promise<void> {
  await endInhabitants(lab.id);
  await removeNetwork(lab.id);
  await removeCgroups(lab.id);
  new LabFiles(lab.dir).remove();
  forgetLab(lab.id);
}
