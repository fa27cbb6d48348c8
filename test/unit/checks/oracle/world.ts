import fc from 'fast-check';
import type { ClusterSurvey } from '../../../../src/model/survey.ts';
import { surveyDump } from '../../../../src/survey/survey-dump.ts';
import { LENGTH, longIPv6, makeBlock, type OracleBlock, type OracleFamily, writeAddress } from './blocks.ts';

/** A random Node. */
export interface WorldNode {
  name: string;
  podCIDR: string | undefined;
  podCIDRs: string[];
  addresses: { type: string; address: string }[];
  /** Seconds before the end of the year; undefined: no creationTimestamp. */
  age: number | undefined;
  kind: 'worker' | 'controlPlane' | 'virtual' | 'deleting';
  /** It has flannel's annotation. */
  flannel: boolean;
  podsCapacity: number | undefined;
}

export interface WorldPod {
  node: string;
  address: string;
  hostNetwork: boolean;
  finished: boolean;
}

/** A random cluster: what stands in its objects. */
export interface World {
  nodes: WorldNode[];
  pods: WorldPod[];
  /** Flags of kube-controller-manager; undefined: there is no such pod. */
  settings: { clusterCIDRs: string[]; masks: number[]; services: string[] | undefined } | undefined;
  /** flannel's net-conf.json. */
  network: { IPv4?: string; IPv6?: string } | undefined;
}

/** One family of a cluster. */
interface Frame {
  family: OracleFamily;
  cluster: OracleBlock;
  mask: number;
}

const END = Date.parse('2026-12-31T00:00:00Z');
const BASE: Record<OracleFamily, bigint> = { IPv4: 0x0af40000n, IPv6: 0xfd0000100244n << 80n };
const MASKS: Record<OracleFamily, { min: number; max: number }> = {
  IPv4: { min: 12, max: 30 },
  IPv6: { min: 50, max: 124 },
};

/** Small pools, so that nodes meet. */
function frames(family: OracleFamily): fc.Arbitrary<Frame> {
  return fc
    .record({ mask: fc.integer(MASKS[family]), bits: fc.integer({ min: 0, max: 5 }) })
    .map(({ mask, bits }) => ({ family, mask, cluster: makeBlock(family, BASE[family], mask - bits) }));
}

/** A block at a number of node subnets from the begin of the cluster CIDR; beyond its end it is outside. */
function blockIn({ family, cluster, mask }: Frame): fc.Arbitrary<OracleBlock> {
  const most = 2 ** (mask - cluster.prefix);
  const size = 2n ** BigInt(LENGTH[family] - mask);
  const prefix = fc.oneof(
    { weight: 8, arbitrary: fc.constant(mask) },
    { weight: 2, arbitrary: fc.integer({ min: Math.max(mask - 7, 1), max: Math.min(mask + 3, LENGTH[family]) }) },
  );
  const at = fc.oneof({ weight: 9, arbitrary: fc.nat({ max: most - 1 }) }, fc.nat({ max: most + 2 }));
  return fc.tuple(at, prefix).map(([index, length]) => makeBlock(family, cluster.first + BigInt(index) * size, length));
}

/** The same block in the notations that operators and tools leave behind, right and wrong ones. */
function spelled(block: OracleBlock): fc.Arbitrary<string> {
  const { family, first, prefix, text } = block;
  const address = writeAddress(family, first);
  const odd =
    family === 'IPv4'
      ? [
          `${writeAddress(family, first + 1n)}/${prefix}`,
          `0${text}`,
          `${address}/0${prefix}`,
          address,
          `${address}/33`,
          `${address}/-1`,
          `${text}/`,
          `${address} /${prefix}`,
          `${address}.0/${prefix}`,
          `::ffff:${address}/${prefix + 96}`,
          'x',
        ]
      : [
          `${writeAddress(family, first + 1n)}/${prefix}`,
          `${address}/129`,
          address,
          `${address}%eth0/${prefix}`,
          `${address}:/${prefix}`,
          `${longIPv6(first)}:0/${prefix}`,
        ];
  const fine = family === 'IPv4' ? [text] : [text, `${longIPv6(first)}/${prefix}`, text.toUpperCase()];
  return fc.oneof({ weight: 14, arbitrary: fc.constantFrom(...fine) }, fc.constantFrom(...odd));
}

function subnets(all: Frame[]): fc.Arbitrary<string[]> {
  const one = (frame: Frame) => blockIn(frame).chain(spelled);
  const any = fc.constantFrom(...all, ...all, STRANGER).chain(one);
  return fc.oneof(
    { weight: 12, arbitrary: fc.tuple(...all.map(one)).map((texts): string[] => [...texts]) },
    { weight: 2, arbitrary: fc.constant<string[]>([]) },
    { weight: 2, arbitrary: fc.array(any, { minLength: 1, maxLength: 3 }) },
  );
}

/** Elsewhere. */
const STRANGER: Frame = { family: 'IPv4', mask: 24, cluster: makeBlock('IPv4', 0x0a600000n, 20) };

function node(all: Frame[]): fc.Arbitrary<Omit<WorldNode, 'name'>> {
  const apart = fc.nat({ max: 9 }).map((at) => `192.168.0.${at}`);
  const inPool = fc
    .constantFrom(...all)
    .chain(blockIn)
    .map(({ family, first }) => writeAddress(family, first + 1n));
  const address = fc.record({
    type: fc.constantFrom('InternalIP', 'InternalIP', 'ExternalIP', 'Hostname'),
    address: fc.oneof({ weight: 12, arbitrary: apart }, inPool, fc.constant('no-address')),
  });
  return subnets(all).chain((podCIDRs) =>
    fc.record({
      podCIDRs: fc.constant(podCIDRs),
      podCIDR: fc.oneof(
        { weight: 20, arbitrary: fc.constant(podCIDRs[0]) },
        podCIDRs.length > 0 ? fc.constantFrom(undefined, '10.1.0.0/24') : fc.constant(undefined),
      ),
      addresses: fc.array(address, { maxLength: 2 }),
      age: fc.constantFrom(0, 5, 59, 60, 61, 10_000, 20_000, undefined),
      kind: fc.oneof(
        { weight: 8, arbitrary: fc.constant<WorldNode['kind']>('worker') },
        fc.constantFrom<WorldNode['kind'][]>('controlPlane', 'virtual', 'deleting'),
      ),
      flannel: fc.boolean(),
      podsCapacity: fc.constantFrom(undefined, 1, 13, 110, 253, 254),
    }),
  );
}

/** Clusters of IPv4, IPv6 or both, with one to eight nodes. */
export const worlds: fc.Arbitrary<World> = fc
  .oneof(
    fc.tuple(frames('IPv4')),
    fc.tuple(frames('IPv6')),
    fc.tuple(frames('IPv4'), frames('IPv6')),
    fc.tuple(frames('IPv6'), frames('IPv4')),
  )
  .chain((all: Frame[]) =>
    fc.record({
      nodes: fc
        .array(node(all), { minLength: 1, maxLength: 8 })
        .map((list) => list.map((one, index) => ({ name: `n${index}`, ...one }))),
      pods: fc.constant([]),
      settings: fc.option(settings(all), { freq: 9, nil: undefined }),
      network: fc.option(network(all), { nil: undefined }),
    }),
  );

function settings(all: Frame[]): fc.Arbitrary<NonNullable<World['settings']>> {
  const range = fc.constantFrom(...all).chain(blockIn);
  const services: fc.Arbitrary<string[] | undefined> = fc.oneof(
    { weight: 4, arbitrary: fc.constant<string[]>(['10.96.0.0/12']) },
    range.map(({ text }) => [text]),
    fc.constant(undefined),
  );
  return fc.record({
    // As an operator may write it: kube-controller-manager drops host bits.
    clusterCIDRs: fc.tuple(...all.map(({ cluster }) => fc.constantFrom(cluster.text, cluster.text, hostBits(cluster)))),
    masks: fc.constant(all.map(({ mask }) => mask)),
    services,
  });
}

function hostBits({ family, first, prefix }: OracleBlock): string {
  return `${writeAddress(family, first + 1n)}/${prefix}`;
}

/** As wide as the cluster CIDR, wider or narrower. */
function network(all: Frame[]): fc.Arbitrary<NonNullable<World['network']>> {
  return fc
    .tuple(...all.map(({ cluster }) => fc.constantFrom(0, 0, -3, 1).map((bits) => resized(cluster, bits))))
    .map((list) => Object.fromEntries(list.map(({ family, text }) => [family, text])));
}

function resized({ family, first, prefix }: OracleBlock, bits: number): OracleBlock {
  return makeBlock(family, first, Math.min(Math.max(prefix + bits, 1), LENGTH[family]));
}

/** The cluster's objects, as `kubectl get -o json` has them. */
export function objectsOf({ nodes, pods, settings: flags, network: conf }: World): object[] {
  return [
    ...nodes.map(nodeObject),
    ...pods.map(podObject),
    ...(flags ? [managerPod(flags)] : []),
    ...(conf ? [flannelConfig(conf)] : []),
  ];
}

/** When the node was made, milliseconds since the epoch. */
export function createdAt({ age }: WorldNode): number | undefined {
  return age === undefined ? undefined : END - age * 1000;
}

function nodeObject(one: WorldNode): object {
  const created = createdAt(one);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: one.name,
      uid: `uid-${one.name}`,
      ...(created === undefined ? {} : { creationTimestamp: new Date(created).toISOString() }),
      ...(one.kind === 'deleting' ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
      labels: {
        ...(one.kind === 'virtual' ? { type: 'virtual-kubelet' } : {}),
        ...(one.kind === 'controlPlane' ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
      },
      annotations: one.flannel ? { 'flannel.alpha.coreos.com/backend-type': 'vxlan' } : {},
    },
    spec: {
      ...(one.podCIDR === undefined ? {} : { podCIDR: one.podCIDR }),
      ...(one.podCIDRs.length === 0 ? {} : { podCIDRs: one.podCIDRs }),
    },
    status: {
      addresses: one.addresses,
      ...(one.podsCapacity === undefined ? {} : { capacity: { pods: String(one.podsCapacity) } }),
    },
  };
}

function podObject({ node: nodeName, address, hostNetwork, finished }: WorldPod, index: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name: `p${index}`, uid: `pod-${index}` },
    spec: { nodeName, hostNetwork, containers: [] },
    status: { phase: finished ? 'Succeeded' : 'Running', podIP: address, podIPs: [{ ip: address }] },
  };
}

function managerPod({ clusterCIDRs, masks, services }: NonNullable<World['settings']>): object {
  const command = [
    'kube-controller-manager',
    '--allocate-node-cidrs=true',
    `--cluster-cidr=${clusterCIDRs.join(',')}`,
    ...clusterCIDRs.map((text, at) => `--node-cidr-mask-size-${text.includes(':') ? 'ipv6' : 'ipv4'}=${masks[at]}`),
    ...(services ? [`--service-cluster-ip-range=${services.join(',')}`] : []),
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'kube-system',
      name: 'kube-controller-manager-cp1',
      labels: { component: 'kube-controller-manager' },
    },
    spec: { nodeName: 'cp1', hostNetwork: true, containers: [{ name: 'kube-controller-manager', command }] },
    status: { phase: 'Running' },
  };
}

function flannelConfig({ IPv4, IPv6 }: NonNullable<World['network']>): object {
  const conf = {
    ...(IPv4 === undefined ? { EnableIPv4: false } : { Network: IPv4 }),
    ...(IPv6 === undefined ? {} : { EnableIPv6: true, IPv6Network: IPv6 }),
    Backend: { Type: 'vxlan' },
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'kube-flannel', name: 'kube-flannel-cfg' },
    data: { 'net-conf.json': JSON.stringify(conf) },
  };
}

/** The same cluster as this program reads it out of a file. */
export function surveyOfObjects(objects: object[]): ClusterSurvey {
  const survey = surveyDump([{ file: 'world.json', text: JSON.stringify(objects) }], {});
  return { ...survey, clusterUID: { known: true, value: 'world', source: 'test' } };
}
