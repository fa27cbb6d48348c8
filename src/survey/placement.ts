import type { NodeRequirement, NodeTerm, Placement } from '../model/cluster-facts.ts';
import { readCommandLine } from '../model/command-line.ts';
import type { Json, RawObject } from '../model/json.ts';
import { asList, asObject, asText, asTexts } from '../model/read-json.ts';
import { texts } from './nodes.ts';

/** Where the pods of a DaemonSet run, by its template. */
export function readPlacement({ kind, metadata, spec }: RawObject): Placement {
  const { namespace, name } = asObject(metadata);
  const { nodeSelector, affinity, tolerations, containers } = asObject(asObject(asObject(spec).template).spec);
  const required = asObject(asObject(affinity).nodeAffinity).requiredDuringSchedulingIgnoredDuringExecution;
  return {
    source: `${kind} ${asText(namespace) ?? ''}/${asText(name) ?? ''}`,
    etcdEndpoints: asList(containers)
      .map(asObject)
      .map(({ command, args }) => readCommandLine([...texts(command), ...texts(args)]).get('etcd-endpoints'))
      .find((endpoints) => endpoints !== undefined),
    nodeSelector: asTexts(nodeSelector),
    terms: required === undefined ? undefined : asList(asObject(required).nodeSelectorTerms).map(readTerm),
    tolerations: asList(tolerations).map((one) => {
      const { key, operator, value, effect } = asObject(one);
      return {
        key: asText(key) ?? '',
        operator: asText(operator) ?? 'Equal',
        value: asText(value) ?? '',
        effect: asText(effect) ?? '',
      };
    }),
  };
}

function readTerm(value: Json): NodeTerm {
  const { matchExpressions, matchFields } = asObject(value);
  return {
    labels: asList(matchExpressions).map(readRequirement),
    names: asList(matchFields).map(readRequirement),
  };
}

function readRequirement(value: Json): NodeRequirement {
  const { key, operator, values } = asObject(value);
  return { key: asText(key) ?? '', operator: asText(operator) ?? '', values: texts(values) };
}
