import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../../model/failure.ts';
import type { RawObject } from '../../model/json.ts';
import { quote } from '../../model/quote.ts';
import { asObject, asText } from '../../model/read-json.ts';
import { EXAMPLE } from './decode.ts';
import type { DumpedObject } from './objects.ts';

/** What the tool uses of a dump; other kinds are left aside. */
export interface Inventory {
  nodes: RawObject[];
  pods: RawObject[];
  /** Of kube-system. */
  configMaps: RawObject[];
  leases: RawObject[];
  /** Namespace kube-system, whose uid is the cluster's identity. */
  kubeSystem: RawObject | undefined;
}

/** Sorts the objects by kind, each once. Throws Failure when there is no Node, or one Node in two states. */
export function takeInventory(objects: DumpedObject[], files: string[]): Inventory {
  const nodes = new Map<string, DumpedObject>();
  const pods = new Map<string, RawObject>();
  const configMaps: RawObject[] = [];
  const leases: RawObject[] = [];
  const kinds = new Set<string>();
  let kubeSystem: RawObject | undefined;
  for (const dumped of objects) {
    const { kind } = dumped.object;
    const { namespace, name } = keyOf(dumped.object);
    kinds.add(String(kind));
    if (kind === 'Node') takeNode(nodes, dumped, name);
    else if (kind === 'Pod') pods.set(JSON.stringify([namespace, name]), dumped.object);
    else if (kind === 'ConfigMap' && namespace === 'kube-system') configMaps.push(dumped.object);
    else if (kind === 'Lease' && namespace === 'kube-system') leases.push(dumped.object);
    else if (kind === 'Namespace' && name === 'kube-system') kubeSystem = dumped.object;
  }
  if (nodes.size === 0) throw noNode(kinds, files);
  return {
    nodes: [...nodes.values()].map(({ object }) => object),
    pods: [...pods.values()],
    configMaps,
    leases,
    kubeSystem,
  };
}

function takeNode(nodes: Map<string, DumpedObject>, dumped: DumpedObject, name: string): void {
  if (name === '') throw new Failure(`${dumped.file} has a Node without a name`);
  const known = nodes.get(name);
  if (known && !isSame(known.object, dumped.object)) {
    const where = known.file === dumped.file ? dumped.file : `${known.file} and ${dumped.file}`;
    throw new Failure(`node ${quote(name)} is in ${where} in two different states`, {
      hint: 'give dumps of one moment, with each node once',
    });
  }
  nodes.set(name, known ?? dumped);
}

/** The same object at the same moment, and its subnets not edited by hand. Without a resourceVersion only an equal object is. */
function isSame(a: RawObject, b: RawObject): boolean {
  const { uid, resourceVersion } = identity(a);
  if (uid === undefined || resourceVersion === undefined) return isDeepStrictEqual(a, b);
  return isDeepStrictEqual(identity(a), identity(b));
}

function identity(object: RawObject) {
  const { uid, resourceVersion } = asObject(object.metadata);
  const { podCIDR, podCIDRs } = asObject(object.spec);
  return { uid, resourceVersion, podCIDR, podCIDRs };
}

function keyOf(object: RawObject): { namespace: string; name: string } {
  const metadata = asObject(object.metadata);
  return { namespace: asText(metadata.namespace) ?? '', name: asText(metadata.name) ?? '' };
}

function noNode(kinds: Set<string>, files: string[]): Failure {
  const where = files.join(', ');
  const found = [...kinds].slice(0, 5).map((kind) => quote(kind).slice(1, -1));
  const instead = found.length > 0 ? `, only ${found.join(', ')}${kinds.size > 5 ? ', …' : ''}` : '';
  return new Failure(
    `${where} ${files.length === 1 ? 'has' : 'have'} no Node in ${files.length === 1 ? 'it' : 'them'}${instead}`,
    {
      hint: EXAMPLE,
    },
  );
}
