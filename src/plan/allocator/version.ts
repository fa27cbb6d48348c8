/** The tag of an image, for example v1.24.17; undefined when it has none. */
export function imageTag(image: string): string | undefined {
  const [name = ''] = image.split('@');
  return /:([^/:]+)$/.exec(name)?.[1];
}

/**
 * True when kube-controller-manager of this version takes the bit of a subnet for every Node that is updated: from 1.31.4 on
 * (range_allocator.go:syncNode; kubernetes#128305). An unknown version counts as older, a distribution's suffix
 * (v1.31.4+k3s1, v1.31.4-rancher1) as nothing, a pre-release as what came before it.
 */
export function heedsUpdates(version: string | undefined): boolean {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(-(alpha|beta|rc)\b)?/.exec(version ?? '');
  if (!match) return false;
  const [major, minor, patch] = match.slice(1, 4).map(Number) as [number, number, number];
  const early = match[4] !== undefined;
  if (major !== 1 || minor > 32) return true;
  if (minor === 32) return patch > 0 || !early;
  return minor === 31 && (patch > 4 || (patch === 4 && !early));
}
