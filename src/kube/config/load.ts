import { readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { escapeLine } from '../../render/escape.ts';
import { ContentError } from './fields.ts';
import { emptyKubeconfig, type Kubeconfig } from './kubeconfig.ts';
import { parseKubeconfig } from './parse.ts';

type Env = Record<string, string | undefined>;

/**
 * The kubeconfig that kubectl would use (client-go clientcmd/loader.go: ClientConfigLoadingRules.Load): the file named by
 * --kubeconfig alone, else those of $KUBECONFIG merged, else ~/.kube/config. Of entries with one name the first file's wins
 * whole, and so does the first current-context. Missing files are skipped unless named by the flag. Throws Failure.
 */
export function loadKubeconfig(flag: string | undefined, env: Env, platform = process.platform): Kubeconfig {
  if (flag) requireFile(flag);
  const merged = emptyKubeconfig();
  for (const file of flag ? [flag] : candidates(env, platform)) {
    const config = read(file);
    if (config === undefined || isEmpty(config)) {
      merged.absent.push(`kubeconfig ${file} ${config === undefined ? 'does not exist' : 'is empty'}`);
      continue;
    }
    merged.currentContext ||= config.currentContext;
    fill(merged.contexts, config.contexts);
    fill(merged.clusters, config.clusters);
    fill(merged.users, config.users);
  }
  return merged;
}

function isEmpty({ currentContext, contexts, clusters, users }: Kubeconfig): boolean {
  return currentContext === '' && contexts.size + clusters.size + users.size === 0;
}

function fill<Entry>(target: Map<string, Entry>, source: Map<string, Entry>): void {
  for (const [name, entry] of source) if (!target.has(name)) target.set(name, entry);
}

function candidates(env: Env, platform: NodeJS.Platform): string[] {
  if (env.KUBECONFIG) return [...new Set(env.KUBECONFIG.split(delimiter).filter((file) => file !== ''))];
  return [join(home(env, platform), '.kube', 'config')];
}

/** client-go util/homedir: on Windows the first of three with a .kube/config, else the first that is set. */
function home(env: Env, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return env.HOME ?? '';
  const drive = env.HOMEDRIVE && env.HOMEPATH ? env.HOMEDRIVE + env.HOMEPATH : undefined;
  const folders = [env.HOME, drive, env.USERPROFILE].filter((folder) => folder !== undefined && folder !== '');
  const holds = (folder: string) => statSync(join(folder, '.kube', 'config'), { throwIfNoEntry: false }) !== undefined;
  return folders.find((folder) => folder !== undefined && holds(folder)) ?? folders[0] ?? '';
}

function requireFile(file: string): void {
  try {
    statSync(file);
  } catch (error) {
    if (code(error) === 'ENOENT') throw new Failure(`stat ${escapeLine(file)}: no such file or directory`);
    // Reading it tells what else is wrong.
  }
}

/** Undefined when there is no such file. */
function read(file: string): Kubeconfig | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (code(error) === 'ENOENT') return undefined;
    throw new Failure(`error loading config file "${escapeLine(file)}": ${reading(error, file)}`);
  }
  try {
    const config = parseKubeconfig(text);
    resolvePaths(config, resolve(dirname(file)));
    return config;
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    throw new Failure(`error loading config file "${escapeLine(file)}": ${escapeLine(error.message)}`);
  }
}

/** Relative paths are meant from the folder of the file that holds them (client-go clientcmd/loader.go: ResolveLocalPaths). */
function resolvePaths({ clusters, users }: Kubeconfig, folder: string): void {
  const absolute = (path: string | undefined) => (path && !isAbsolute(path) ? join(folder, path) : path);
  for (const cluster of clusters.values()) cluster.certificateAuthority = absolute(cluster.certificateAuthority);
  for (const user of users.values()) {
    user.clientCertificate = absolute(user.clientCertificate);
    user.clientKey = absolute(user.clientKey);
    user.tokenFile = absolute(user.tokenFile);
    // A bare name is looked up in the PATH.
    if (user.exec?.command.includes(sep)) user.exec.command = absolute(user.exec.command) ?? '';
  }
}

function code(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Why a file cannot be read, in Go's words. */
export function reading(error: unknown, file: string): string {
  const words: Record<string, string> = {
    ENOENT: 'no such file or directory',
    EACCES: 'permission denied',
    EISDIR: 'is a directory',
    ENOTDIR: 'not a directory',
  };
  return `open ${escapeLine(file)}: ${words[code(error) ?? ''] ?? (error instanceof Error ? error.message : String(error))}`;
}
