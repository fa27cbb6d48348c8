import type { Block } from '../model/cidr.ts';
import type { AnnotationChange } from '../model/plan.ts';
import { asObject, parseObject } from '../model/read-json.ts';
import { contains } from '../subnet/block.ts';
import { readSloppily } from '../subnet/parse.ts';
import { addressBlock } from '../subnet/single.ts';

interface Rule {
  key: RegExp;
  why: string;
  /** The new value; undefined drops the annotation, the old value keeps it. */
  rewrite(value: string, from: Block[], to: Block[]): string | undefined;
}

/** Annotations that were derived from the subnet and would bring the old one back. The one table, in the order it is shown. */
const RULES: Rule[] = [
  { key: /^kube-router\.io\/pod-cidrs?$/, why: 'kube-router prefers it to spec.podCIDR', rewrite: rewriteSubnets },
  { key: /^(network\.cilium\.io\/|io\.cilium\.network\.)/, why: 'cilium derives it again', rewrite: dropWhenOld },
  { key: /^projectcalico\.org\/.*(Addr|Address)$/, why: 'calico derives it again', rewrite: dropWhenOld },
  {
    key: /^kubectl\.kubernetes\.io\/last-applied-configuration$/,
    why: 'the next kubectl apply would ask for the old subnet',
    rewrite: rewriteApplied,
  },
];

/** The annotations that change with the subnet; all others stay as they are. `to` is empty when the node is to have none. */
export function derivedAnnotations(
  annotations: Record<string, string>,
  from: Block[],
  to: Block[],
): AnnotationChange[] {
  return RULES.flatMap((rule) =>
    Object.entries(annotations)
      .filter(([key]) => rule.key.test(key))
      .map(([key, value]) => ({ key, from: value, to: rule.rewrite(value, from, to), why: rule.why }))
      .filter((change) => change.to !== change.from),
  );
}

/** `pod-cidr` and `pod-cidrs` hold one subnet or a comma list; each old one becomes the new one of its family. */
function rewriteSubnets(value: string, _from: Block[], to: Block[]): string | undefined {
  // An empty one would be read as a subnet, and fail (kube-router pkg/utils/pod_cidr.go).
  if (to.length === 0) return undefined;
  const families = value.split(',').map((part) => readSloppily(part.trim())?.family);
  return families.some((family) => family === undefined)
    ? to.map(({ text }) => text).join(',')
    : families.flatMap((family) => to.find((block) => block.family === family)?.text ?? []).join(',');
}

/** Drops what lies in a subnet that the node gives up; an address out of another pool is none of ours. */
function dropWhenOld(value: string, from: Block[], to: Block[]): string | undefined {
  const block = readSloppily(value) ?? addressBlock(value);
  const givenUp = from.filter(({ text }) => !to.some((other) => other.text === text));
  return block && givenUp.some((old) => contains(old, block)) ? undefined : value;
}

function rewriteApplied(value: string, _from: Block[], to: Block[]): string {
  const applied = parseObject(value);
  const spec = asObject(applied?.spec);
  if (!applied || (spec.podCIDR === undefined && spec.podCIDRs === undefined)) return value;
  const { podCIDR, podCIDRs, ...rest } = spec;
  const texts = to.map(({ text }) => text);
  const subnets = {
    ...(podCIDR === undefined ? {} : { podCIDR: texts[0] }),
    ...(podCIDRs === undefined ? {} : { podCIDRs: texts }),
  };
  return `${JSON.stringify({ ...applied, spec: { ...rest, ...(texts.length > 0 ? subnets : {}) } })}\n`;
}
