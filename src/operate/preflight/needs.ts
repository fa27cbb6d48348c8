import type { Deed } from '../../kube/access.ts';
import type { DrainOptions } from '../../model/drain.ts';
import type { Dependent, OperationChoices } from '../../model/operation.ts';
import type { MoveMethod } from '../../model/plan.ts';

/** What decides which rights a run needs. */
export interface Needs {
  methods: MoveMethod[];
  drain: DrainOptions | undefined;
  allocatorRestart: OperationChoices['allocatorRestart'];
  /** Something is done on the nodes afterwards. */
  afterCare: boolean;
  /** What the Nodes own, as far as it was found. */
  dependents: Dependent[];
}

/** A right that the run does without, and what is lost then. */
export interface Wanted {
  deed: Deed;
  loss: string;
}

const SYSTEM = 'kube-system';
const LOCK = 'kubectl-podcidr';
const LEADER = 'kube-controller-manager';

const nodes = deeds('', 'nodes');
const backups = deeds('', 'configmaps', SYSTEM);
const leases = (name?: string) => deeds('coordination.k8s.io', 'leases', SYSTEM, name);

/** Rights without which nothing is begun. docs/rbac.yaml grants them all; its comments say why each. */
export function neededDeeds({ methods, drain, dependents }: Needs): Deed[] {
  const recreates = methods.some((method) => method !== 'patch');
  return [
    ...nodes(recreates ? ['delete', 'create', 'get', 'list', 'watch', 'patch'] : ['get', 'list', 'watch', 'patch']),
    ...backups(['get', 'list', 'create', 'update', 'delete']),
    ...leases()(['create']),
    ...leases(LOCK)(['get', 'update']),
    ...deeds('', 'pods')(['list']),
    ...deeds('apps', 'daemonsets')(['list']),
    ...deeds('apps', 'deployments')(['list']),
    ...(recreates ? lookedAt() : []),
    ...(recreates && drain ? drained(drain) : []),
    ...dependents.flatMap(ofDependent),
  ];
}

/** Rights that the run wants, and goes on without. */
export function wantedDeeds({ methods, allocatorRestart, afterCare }: Needs): Wanted[] {
  const recreates = methods.some((method) => method !== 'patch');
  const restart = leases(LEADER)(['get', 'update']).map((deed) => ({
    deed,
    loss: 'kube-controller-manager is not restarted where its allocator needs that; the plan says how',
  }));
  const events = deeds(
    '',
    'events',
    'default',
  )(['create']).map((deed) => ({
    deed,
    loss: 'no Event on a Node tells of its move',
  }));
  const heartbeat = deeds(
    'coordination.k8s.io',
    'leases',
    'kube-node-lease',
  )(['get']).map((deed) => ({
    deed,
    loss: 'whether the kubelet renews its Lease afterwards is not seen',
  }));
  return [
    ...(allocatorRestart === 'auto' ? restart : []),
    ...(afterCare ? cared() : []),
    ...(recreates ? heartbeat : []),
    ...events,
  ];
}

/** What after-care does on the nodes: it restarts their CNI's pod, looks at them and cleans up by commands there, and renews pods. */
function cared(): Wanted[] {
  return [
    ...deeds(
      '',
      'pods',
    )(['delete']).map((deed) => ({
      deed,
      loss: 'the CNI is not restarted on the nodes, and pods with old addresses stay; the plan says what is left to you',
    })),
    ...deeds(
      '',
      'pods/exec',
    )(['get', 'create']).map((deed) => ({
      deed,
      loss: 'nothing is seen and removed on the nodes, nor are the routes of the others looked at; the plan says what is left to you',
    })),
  ];
}

/** What decides whether a Node may be deleted. */
function lookedAt(): Deed[] {
  const admission = [
    'validatingwebhookconfigurations',
    'mutatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
  ];
  return [
    ...admission.flatMap((resource) => deeds('admissionregistration.k8s.io', resource)(['list'])),
    ...deeds('discovery.k8s.io', 'endpointslices')(['list']),
    ...deeds('storage.k8s.io', 'volumeattachments')(['list']),
  ];
}

/** kubectl drain's own: it looks up the DaemonSet of each of its pods, and watches pods go. */
function drained({ disableEviction }: DrainOptions): Deed[] {
  return [
    ...deeds('', 'pods')(['get']),
    ...deeds('apps', 'daemonsets')(['get']),
    ...(disableEviction ? deeds('', 'pods')(['delete']) : deeds('', 'pods/eviction')(['create'])),
  ];
}

/** Its owner reference is read and patched. The path is that of owned.ts: /apis/GROUP/VERSION[/namespaces/NAMESPACE]/RESOURCE/NAME. */
function ofDependent({ path }: Dependent): Deed[] {
  const segments = path.split('/').slice(1).map(decodeURIComponent);
  const [group, rest] = segments[0] === 'api' ? ['', segments.slice(2)] : [segments[1] ?? '', segments.slice(3)];
  const [namespace, resource] = rest.length === 4 ? [rest[1], rest[2]] : [undefined, rest[0]];
  return deeds(group, resource ?? '', namespace)(['get', 'patch']);
}

function deeds(group: string, resource: string, namespace?: string, name?: string): (verbs: string[]) => Deed[] {
  return (verbs) =>
    verbs.map((verb) => ({ verb, group, resource, namespace, ...(name === undefined ? {} : { name }) }));
}
