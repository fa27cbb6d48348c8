import type { Family } from '../../model/cidr.ts';
import { readCommandLine } from '../../model/command-line.ts';
import type { RawObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../model/read-json.ts';
import type { Reading } from '../../model/reading.ts';
import { compareText } from '../../model/text.ts';
import { readAddress } from '../../subnet/address.ts';
import { type ControllerManager, controllerManagerOf, type Replica } from './controller-manager.ts';
import { SETTING_NAMES } from './names.ts';

/** Where k3s and rke2 say with which arguments they run, config file included (k3s pkg/nodeconfig/nodeconfig.go). */
export const NODE_ARGS = ['k3s.io/node-args', 'rke2.io/node-args'];

/** A server hands this flag's value to the kube-controller-manager inside it. */
const PASSED_ON = '--kube-controller-manager-arg';

/** What a server takes without --cluster-cidr and --service-cidr, by the family of its own address (k3s pkg/cli/server/server.go). */
const DEFAULTS: Record<Family, { cluster: string; services: string }> = {
  IPv4: { cluster: '10.42.0.0/16', services: '10.43.0.0/16' },
  IPv6: { cluster: 'fd00:42::/56', services: 'fd00:43::/112' },
};

/** What the controller-managers inside k3s or rke2 servers were started with, by the annotations of their Nodes. */
export function readNodeArgs(nodes: RawObject[]): Reading<ControllerManager> {
  const servers = nodes.flatMap(readServer).sort((a, b) => compareText(a.name, b.name));
  const [first, ...others] = servers;
  if (!first) return { known: false, reason: 'no node says that it is a k3s or rke2 server' };
  return controllerManagerOf(first, [first, ...others]);
}

function readServer({ metadata, status }: RawObject): Replica[] {
  const { name, annotations } = asObject(metadata);
  const addresses = asList(asObject(status).addresses).map(asObject);
  const own = asText(addresses.find(({ type }) => type === 'InternalIP')?.address) ?? '';
  for (const key of NODE_ARGS) {
    const words = parse(asText(asObject(annotations)[key]));
    // A server without a controller-manager (k3s --disable-controller-manager) leaves it to the others.
    if (words[0] !== 'server' || isWithout(words)) continue;
    return [
      {
        name: `node ${asText(name) ?? ''}`,
        at: key,
        flags: flagsOf(words.slice(1), readAddress(own)?.family ?? 'IPv4'),
      },
    ];
  }
  return [];
}

/** With what k3s tells the controller-manager inside it (pkg/daemons/control/server.go:controllerManager). */
function flagsOf(words: string[], family: Family): Map<string, string> {
  const flags = new Map([
    ['allocate-node-cidrs', 'true'],
    ['cluster-cidr', listed(words, '--cluster-cidr') ?? DEFAULTS[family].cluster],
    ['service-cluster-ip-range', listed(words, '--service-cidr') ?? DEFAULTS[family].services],
  ]);
  for (const value of valuesOf(words, PASSED_ON)) {
    const [name = '', ...rest] = value.replace(/^--/, '').split('=');
    flags.set(name, rest.join('='));
  }
  return flags;
}

function isWithout(words: string[]): boolean {
  return readCommandLine(words).get('disable-controller-manager') === 'true';
}

/** These flags may be given once a family, or once with a comma. */
function listed(words: string[], flag: string): string | undefined {
  const values = valuesOf(words, flag);
  return values.length > 0 ? values.join(',') : undefined;
}

/** Every value of a flag that may be repeated, in both forms. */
function valuesOf(words: string[], flag: string): string[] {
  return words.flatMap((word, at) => {
    if (word.startsWith(`${flag}=`)) return [word.slice(flag.length + 1)];
    return word === flag ? [words[at + 1] ?? ''] : [];
  });
}

function parse(text: string | undefined): string[] {
  try {
    return asList(JSON.parse(text ?? 'null')).filter((word) => typeof word === 'string');
  } catch {
    return [];
  }
}

/** The same annotation with the arguments that are read, and no other: a token may stand among them. */
export function keepNodeArgs(text: string): string {
  const words = parse(text);
  if (words[0] !== 'server') return JSON.stringify(words.slice(0, 1));
  const once = ['--cluster-cidr', '--service-cidr'].flatMap((flag) =>
    valuesOf(words, flag).map((value) => `${flag}=${value}`),
  );
  const passed = valuesOf(words, PASSED_ON).filter((value) =>
    SETTING_NAMES.some((name) => value.replace(/^--/, '').startsWith(`${name}=`)),
  );
  return JSON.stringify([
    'server',
    ...once,
    ...passed.map((value) => `${PASSED_ON}=${value}`),
    ...(isWithout(words) ? ['--disable-controller-manager=true'] : []),
  ]);
}
