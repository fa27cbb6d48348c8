import type { RawObject } from '../../model/json.ts';
import type { LeftToDo } from '../../model/left-to-do.ts';
import type { Dependent } from '../../model/operation.ts';
import { asList, asObject, asText, asTexts } from '../../model/read-json.ts';
import { podDeletions } from './by-hand.ts';
import type { CarePod } from './pod.ts';

/**
 * True when the kubelet must be restarted before any CSI driver of the node: kubelet ≥ 1.35 deletes a CSINode whose owner is not
 * the Node uid it started with (nodeinfomanager.go:ensureNodeOwnsCSINode). It annotates the Nodes that have drivers.
 */
export function kubeletFirst(raw: RawObject): boolean {
  const status = asObject(raw.status);
  const version = asText(asObject(status.nodeInfo).kubeletVersion) ?? '';
  const [, minor] = /^v1\.(\d+)\./.exec(version) ?? [];
  const volumes = asTexts(asObject(raw.metadata).annotations)['csi.volume.kubernetes.io/nodeid'];
  const attached = volumes !== undefined || asList(status.volumesInUse).length > 0;
  return attached && minor !== undefined && Number(minor) >= 35;
}

/**
 * What is left to do for the drivers of a Node that was created again. `pods`: its drivers that are known; `stale`: those of them
 * that were not deleted though their addresses are old.
 */
export function driversLeft(
  { node, raw, dependents }: { node: string; raw: RawObject; dependents: Dependent[] },
  pods: Pick<CarePod, 'namespace' | 'name'>[],
  stale: Pick<CarePod, 'namespace' | 'name'>[] = [],
): LeftToDo[] {
  const csi = kubeletFirst(raw);
  // A driver remembers the uid of its Node, and publishes its slices for that one (resourceslicecontroller.go).
  const dra = dependents.some(({ path }) => path.includes('/resourceslices/'));
  return [
    ...(csi
      ? [
          {
            what: `restart the kubelet of ${node} before any CSI driver on it restarts`,
            commands: [`systemctl restart kubelet  # on ${node}`],
          },
        ]
      : []),
    // Where there are DRA drivers, too, all of them restart.
    ...(stale.length > 0 && !dra
      ? [{ what: `then delete the drivers of ${node} that keep old addresses`, commands: podDeletions(stale) }]
      : []),
    ...(dra
      ? [
          {
            what: `restart the DRA drivers of ${node}${csi ? ' after the kubelet' : ''}: they remember the uid of the former Node`,
            commands:
              pods.length > 0
                ? podDeletions(pods)
                : [`kubectl get pods -A -o wide --field-selector spec.nodeName=${node}`],
          },
        ]
      : []),
  ];
}
