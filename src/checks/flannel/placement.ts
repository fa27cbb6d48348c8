import type { NodeRequirement, NodeTerm, Placement } from '../../model/cluster-facts.ts';
import type { SurveyNode, Taint } from '../../model/survey.ts';

/**
 * True when the DaemonSet controller wants a pod on the node: selector, required affinity, taints
 * (pkg/controller/daemon/daemon_controller.go:NodeShouldRunDaemonPod). Taints of the node's own condition are tolerated by
 * every pod of a DaemonSet on the host's network (util/daemonset_util.go:AddOrUpdateDaemonPodTolerations).
 */
export function runsOn({ nodeSelector, terms, tolerations }: Placement, node: SurveyNode): boolean {
  const selected = Object.entries(nodeSelector).every(([key, value]) => node.labels[key] === value);
  const wanted = terms === undefined || terms.some((term) => matches(term, node));
  const taints = node.taints.filter(
    ({ key, effect }) => effect !== 'PreferNoSchedule' && !key.startsWith('node.kubernetes.io/'),
  );
  return selected && wanted && taints.every((taint) => tolerations.some((one) => tolerates(one, taint)));
}

/** A term without requirements matches nothing. */
function matches({ labels, names }: NodeTerm, node: SurveyNode): boolean {
  if (labels.length + names.length === 0) return false;
  return (
    labels.every((one) => holds(one, node.labels[one.key])) &&
    names.every((one) => one.key === 'metadata.name' && holds(one, node.name))
  );
}

function holds({ operator, values }: NodeRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function tolerates({ key, operator, value, effect }: Placement['tolerations'][number], taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  return operator === 'Exists' || (key !== '' && value === taint.value);
}
