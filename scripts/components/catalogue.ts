import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders beside this file: each holds a go.mod with `tool` directives, and its go.sum. */
export type ComponentName =
  | 'kubernetes-1.36'
  | 'kubernetes-1.24'
  | 'etcd'
  | 'kwok'
  | 'krew'
  | 'kubelet-1.36'
  | 'kubelet-1.34'
  | 'flannel-0.28'
  | 'flannel-0.25'
  | 'flannel-cni';

export interface Component {
  name: ComponentName;
  /** The folder with go.mod and go.sum. */
  folder: string;
  /** Version of the component's main module, for example v1.36.3. */
  version: string;
  /** File name of each binary → Go package. */
  tools: Record<string, string>;
  /** Variables set at link time. */
  variables: Record<string, string>;
  /** In words: two cores, nothing in Go's caches. */
  estimate: string;
}

const MODULES: Record<ComponentName, { module: string; estimate: string }> = {
  'kubernetes-1.36': { module: 'k8s.io/kubernetes', estimate: '5 min' },
  'kubernetes-1.24': { module: 'k8s.io/kubernetes', estimate: '4 min' },
  etcd: { module: 'go.etcd.io/etcd/server/v3', estimate: '30 s' },
  kwok: { module: 'sigs.k8s.io/kwok', estimate: '80 s' },
  krew: { module: 'sigs.k8s.io/krew', estimate: '40 s' },
  'kubelet-1.36': { module: 'k8s.io/kubernetes', estimate: '3 min' },
  'kubelet-1.34': { module: 'k8s.io/kubernetes', estimate: '4 min' },
  'flannel-0.28': { module: 'github.com/flannel-io/flannel', estimate: '60 s' },
  'flannel-0.25': { module: 'github.com/flannel-io/flannel', estimate: '60 s' },
  'flannel-cni': { module: 'github.com/containernetworking/plugins', estimate: '10 s' },
};

/** All components, in the order in which the tests need them. */
export const COMPONENTS: ComponentName[] = ['etcd', 'kubernetes-1.36', 'kwok', 'kubernetes-1.24', 'krew'];

/** The packages of go.mod's `tool` directives, both the one-line and the block form. */
function toolPackages(goMod: string): string[] {
  const blocks = [...goMod.matchAll(/^tool \(([^)]*)\)/gm)].flatMap((match) => (match[1] ?? '').split('\n'));
  const lines = [...goMod.matchAll(/^tool ([^(\s]+)$/gm)].map((match) => match[1] ?? '');
  return [...blocks, ...lines].map((line) => line.trim()).filter((line) => line !== '');
}

/** The name `go build` would give the binary: the last path element that is not a major version. */
function binaryName(goPackage: string): string {
  const elements = goPackage.split('/');
  const last = elements.at(-1) ?? '';
  return /^v\d+$/.test(last) ? (elements.at(-2) ?? last) : last;
}

/** kubectl and the servers report what is linked in here; without it they call themselves v0.0.0-master. */
function kubernetesVariables(version: string): Record<string, string> {
  const [major = '', minor = ''] = version.slice(1).split('.');
  const variables: Record<string, string> = {};
  for (const holder of ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']) {
    variables[`${holder}.gitVersion`] = version;
    variables[`${holder}.gitMajor`] = major;
    variables[`${holder}.gitMinor`] = minor;
    variables[`${holder}.gitTreeState`] = 'clean';
  }
  return variables;
}

/** What is linked into programs of these modules, by the version. */
const VARIABLES: Record<string, (version: string) => Record<string, string>> = {
  'k8s.io/kubernetes': kubernetesVariables,
  'github.com/flannel-io/flannel': (version) => ({ 'github.com/flannel-io/flannel/pkg/version.Version': version }),
};

/** What go.mod says about a component. */
export function describeComponent(name: ComponentName): Component {
  const folder = join(import.meta.dirname, name);
  const goMod = readFileSync(join(folder, 'go.mod'), 'utf8');
  const { module, estimate } = MODULES[name];
  const version = new RegExp(`^(?:require )?\\s*${module.replaceAll('.', '\\.')} (v\\S+)`, 'm').exec(goMod)?.[1];
  if (version === undefined) throw new Error(`${folder}/go.mod does not require ${module}`);
  const tools = Object.fromEntries(toolPackages(goMod).map((goPackage) => [binaryName(goPackage), goPackage]));
  const variables = VARIABLES[module]?.(version) ?? {};
  return { name, folder, version, tools, variables, estimate };
}
