import { type Deed, forbiddenDeeds } from '../kube/access.ts';
import type { Wire } from '../kube/wire/wire.ts';
import { Failure } from '../model/failure.ts';
import type { Move } from '../model/plan.ts';

const nodes = (verb: string): Deed => ({ verb, group: '', resource: 'nodes', namespace: undefined });
const backups = (verb: string): Deed => ({ verb, group: '', resource: 'configmaps', namespace: 'kube-system' });

const RECREATING = [...['delete', 'create', 'get', 'list', 'patch'].map(nodes), ...['create', 'update'].map(backups)];

const NEEDED: Record<Move['method'], Deed[]> = {
  recreate: RECREATING,
  reset: RECREATING,
  create: RECREATING,
  patch: [...['get', 'list', 'patch'].map(nodes), ...['create', 'update'].map(backups)],
};

/**
 * Throws Failure when the user lacks a right that the moves need: who may delete a Node but not create one would lose it.
 * What the Node owns is not asked for: its kinds are known only later, and a refusal there comes before the DELETE.
 */
export async function checkPermissions(wire: Wire, moves: Move[]): Promise<void> {
  const methods = [...new Set(moves.map(({ method }) => method))];
  const needed = [...new Set(methods.flatMap((method) => NEEDED[method]))];
  const forbidden = await forbiddenDeeds(wire, needed);
  const [first] = forbidden;
  if (!first) return;
  const words = forbidden.map(
    ({ verb, resource, namespace }) => `${verb} ${resource}${namespace ? ` in ${namespace}` : ''}`,
  );
  throw new Failure(`you may not ${words.join(', ')}, which this needs; nothing was changed`, {
    hint: `a ClusterRole needs the rule: ${JSON.stringify(rule(first, forbidden))}`,
  });
}

/** The rule that grants what is missing of the first resource; another run names the next. */
function rule({ group, resource }: Deed, deeds: Deed[]) {
  const verbs = deeds.filter((deed) => deed.resource === resource).map(({ verb }) => verb);
  return { apiGroups: [group], resources: [resource], verbs };
}
