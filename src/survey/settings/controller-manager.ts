import { readCommandLine } from '../../model/command-line.ts';
import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import type { Reading } from '../../model/reading.ts';
import { compareText } from '../../model/text.ts';
import { texts } from '../nodes.ts';
import type { SettingName } from './names.ts';

const NAME = 'kube-controller-manager';

/** True for a pod of kube-controller-manager, by label or, as some installers set none, by name. */
export function isControllerManager(pod: RawObject): boolean {
  const metadata = asObject(pod.metadata);
  const labels = asObject(metadata.labels);
  if (asText(metadata.namespace) !== 'kube-system') return false;
  return (
    labels.component === NAME || labels['k8s-app'] === NAME || (asText(metadata.name) ?? '').startsWith(`${NAME}-`)
  );
}

/** The flags of one replica. */
export interface Replica {
  /** For words: pod kube-system/kube-controller-manager-cp1. */
  name: string;
  /** For words, where its flags do not stand under their own names: the annotation k3s.io/node-args. */
  at?: string;
  flags: ReadonlyMap<string, string>;
}

/** What kube-controller-manager's replicas were started with. */
export interface ControllerManager {
  /** The value of a flag; undefined where no replica has it. Not known when the replicas disagree. */
  read(name: SettingName): Reading<string | undefined>;
  /** What each replica says of a flag. */
  said(name: SettingName): { source: string; value: string | undefined }[];
}

/** Reads the command lines of the replicas. Not known, with the reason, when there is none. */
export function readControllerManager(pods: Reading<RawObject[]>): Reading<ControllerManager> {
  if (!pods.known) return pods;
  // A server's cache has them in any order (1.24).
  const replicas = pods.value
    .filter(isAlive)
    .flatMap(readReplica)
    .sort((a, b) => compareText(a.name, b.name));
  const [first] = replicas;
  if (!first) return { known: false, reason: `there is no ${NAME} pod in kube-system to read it from` };
  return controllerManagerOf(first, replicas);
}

/** What these replicas say together; `first` is the one that is named where they agree. */
export function controllerManagerOf(first: Replica, replicas: Replica[]): Reading<ControllerManager> {
  return {
    known: true,
    source: first.at === undefined ? first.name : `${first.name} ${first.at}`,
    value: {
      read: (name) => readFlag(name, first, replicas),
      said: (name) => replicas.map((replica) => ({ source: sourceOf(replica, name), value: replica.flags.get(name) })),
    },
  };
}

function readFlag(name: SettingName, first: Replica, replicas: Replica[]): Reading<string | undefined> {
  const value = first.flags.get(name);
  const other = replicas.find(({ flags }) => flags.get(name) !== value);
  if (!other) return { known: true, value, source: sourceOf(first, name) };
  return {
    known: false,
    reason: `${NAME}'s replicas disagree on --${name}: ${told(first, name)}, ${told(other, name)}`,
  };
}

function sourceOf({ name, at }: Replica, flag: SettingName): string {
  return at === undefined ? `${name} --${flag}` : `${name} ${at} (--${flag})`;
}

function told({ name, flags }: Replica, flag: SettingName): string {
  return `${name} has ${flags.get(flag) ?? 'none'}`;
}

function isAlive(pod: RawObject): boolean {
  const phase = asText(asObject(pod.status).phase);
  return phase !== 'Succeeded' && phase !== 'Failed' && asText(asObject(pod.metadata).deletionTimestamp) === undefined;
}

function readReplica(pod: RawObject): Replica[] {
  const metadata = asObject(pod.metadata);
  const containers = asList(asObject(pod.spec).containers).map(asObject);
  const container = containers.find(({ name }) => name === NAME) ?? containers[0];
  if (!container) return [];
  const name = `pod ${asText(metadata.namespace) ?? ''}/${asText(metadata.name) ?? ''}`;
  return [{ name, flags: readCommandLine([...texts(container.command), ...texts(container.args)]) }];
}
