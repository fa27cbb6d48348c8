import { type Deed, forbiddenDeeds } from '../kube/access.ts';
import type { Wire } from '../kube/wire/wire.ts';
import { Failure } from '../model/failure.ts';
import { type Needs, neededDeeds, wantedDeeds } from './preflight/needs.ts';

/**
 * Throws Failure when the user lacks a right that the run needs, naming all that are missing and the rules that grant them: who
 * may delete a Node but not create one would lose it. Returns the rights that the run does without, and a line for each loss.
 * Throws ApiError, WireError.
 */
export async function checkPermissions(wire: Wire, needs: Needs): Promise<{ notes: string[]; lacking: Deed[] }> {
  const needed = distinct(neededDeeds(needs));
  const wanted = wantedDeeds(needs);
  const forbidden = await forbiddenDeeds(wire, [...needed, ...wanted.map(({ deed }) => deed)]);
  const missing = needed.filter((deed) => forbidden.includes(deed));
  if (missing.length > 0) {
    throw new Failure(`you may not ${describe(missing)}, which this needs; nothing was changed`, {
      hint: `a ClusterRole that grants it (docs/rbac.yaml has all) has rules: ${JSON.stringify(rulesFor(missing))}`,
    });
  }
  const missed = wanted.filter(({ deed }) => forbidden.includes(deed));
  const losses = Map.groupBy(missed, ({ loss }) => loss);
  const notes = [...losses].map(([loss, group]) => {
    const lacking = group.map(({ deed }) => deed);
    return `you may not ${describe(lacking)}: ${loss}; rules: ${JSON.stringify(rulesFor(lacking))}`;
  });
  return { notes, lacking: missed.map(({ deed }) => deed) };
}

/** `create, delete nodes; get configmaps in kube-system`. */
function describe(deeds: Deed[]): string {
  return grouped(deeds)
    .map(([{ resource, group, namespace, name }, verbs]) => {
      const object = group === '' ? resource : `${resource}.${group}`;
      return `${verbs.join(', ')} ${object}${name === undefined ? '' : `/${name}`}${namespace ? ` in ${namespace}` : ''}`;
    })
    .join('; ');
}

/** Rules of RBAC, one a resource. A namespace is not part of a rule: where it holds is up to the binding. */
function rulesFor(deeds: Deed[]) {
  const anywhere = distinct(deeds.map((deed) => ({ ...deed, namespace: undefined })));
  return grouped(anywhere).map(([{ group, resource, name }, verbs]) => ({
    apiGroups: [group],
    resources: [resource],
    ...(name === undefined ? {} : { resourceNames: [name] }),
    verbs,
  }));
}

/** Deeds on the same thing, in the order of their first, with their verbs. */
function grouped(deeds: Deed[]): [Deed, string[]][] {
  const groups = Map.groupBy(deeds, ({ group, resource, namespace, name }) =>
    [group, resource, namespace, name].join(' '),
  );
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    return first ? [[first, same.map(({ verb }) => verb)] satisfies [Deed, string[]]] : [];
  });
}

function distinct(deeds: Deed[]): Deed[] {
  return [...new Map(deeds.map((deed) => [JSON.stringify(deed), deed])).values()];
}
