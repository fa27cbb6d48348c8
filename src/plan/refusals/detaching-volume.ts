import type { Detaching } from '../../model/surroundings.ts';
import type { SurveyNode } from '../../model/survey.ts';

/**
 * A detach that is under way may be forced while the Node is absent, with the volume still mounted: an absent node counts as
 * unhealthy (pkg/controller/volume/attachdetach/reconciler/reconciler.go, after maxWaitForUnmountDuration).
 */
export function refuseDetachingVolume({ name }: SurveyNode, detaching: Detaching[]): string | undefined {
  const [first, ...others] = detaching.filter(({ node }) => node === name);
  if (!first) return undefined;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `a volume is being detached from it (VolumeAttachment ${first.name}${more} has a deletionTimestamp); wait until it is gone`;
}
