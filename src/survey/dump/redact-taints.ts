import type { Json, JsonObject, RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';

/** Key and value of a taint. */
export function taintWords(taint: Json): string[] {
  const { key, value } = asObject(taint);
  return [asText(key), asText(value)].filter((word) => word !== undefined && word !== '') as string[];
}

/** A taint or a toleration whose key and value have other names now, the same in both. */
export function renameTaint(taint: Json, words: ReadonlyMap<string, string>): JsonObject {
  const { key, value, ...rest } = asObject(taint);
  const renamed = (word: Json | undefined) => words.get(asText(word) ?? '') ?? word;
  return {
    ...rest,
    ...(key === undefined ? {} : { key: renamed(key) }),
    ...(value === undefined ? {} : { value: renamed(value) }),
  };
}

/** The workload with its pods' tolerations by the new names; any other object as it is. */
export function renameTolerations(object: RawObject, words: ReadonlyMap<string, string>): RawObject {
  const spec = asObject(object.spec);
  const template = asObject(spec.template);
  const pod = asObject(template.spec);
  if (!Array.isArray(pod.tolerations)) return object;
  const tolerations = asList(pod.tolerations).map((one) => renameTaint(one, words));
  return { ...object, spec: { ...spec, template: { ...template, spec: { ...pod, tolerations } } } };
}
