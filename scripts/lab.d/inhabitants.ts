import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { identityOf, isAlive, type ProcessIdentity, signal, until } from '../lib/processes.ts';
import { namespaceName, namespaceNumbers, namespacesOf } from './network.ts';

function processes(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** What a file of a process says; undefined when it has ended meanwhile. */
function ask<T>(question: () => T): T | undefined {
  try {
    return question();
  } catch {
    return undefined;
  }
}

function networkOf(pid: number): number | undefined {
  const link = ask(() => readlinkSync(`/proc/${pid}/ns/net`));
  return link === undefined ? undefined : Number(/\[(\d+)\]/.exec(link)?.[1]);
}

/** All processes in these network namespaces. A process that has ended is in none, though nobody has asked for its end yet. */
function inhabitants(names: string[]): number[] {
  const numbers = namespaceNumbers(names);
  return processes().filter((pid) => numbers.has(networkOf(pid) ?? -1));
}

/**
 * The process that is number 1 of a machine's PID namespace: all others of the machine end with it. Pods with the machine's
 * network have a PID namespace in its own, hence a third number.
 */
export function initOf(id: string, machine: string): number | undefined {
  return inhabitants([namespaceName(id, machine)]).find((pid) => {
    const status = ask(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? '';
    return /^NSpid:\t\d+\t1$/m.test(status);
  });
}

/** Processes of a lab but this one: the machines', and those of the control plane. */
export function processesOf(id: string): number[] {
  return inhabitants(namespacesOf(id)).filter((pid) => pid !== process.pid);
}

/** Ends everything that runs in a lab, at once: nothing in it is worth an orderly end. */
export async function endInhabitants(id: string): Promise<void> {
  // A process leaves its namespaces a moment before it is gone, and the first of a PID namespace waits for all others then.
  let seen: ProcessIdentity[] = [];
  const empty = await until(() => {
    const found = processesOf(id).map(identityOf);
    for (const target of found) signal(target, 'SIGKILL');
    seen = [...seen.filter(isAlive), ...found];
    return found.length === 0 && seen.length === 0;
  }, 20_000);
  if (!empty) throw new Error(`processes of the lab do not end: ${seen.map(({ pid }) => pid).join(', ')}`);
}

/** The first process whose environment has this NAME=value, wherever it runs: a pod's own process, by a value that names the pod. */
export function processWith(variable: string): number | undefined {
  return processes().find((pid) =>
    (ask(() => readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? '').split('\0').includes(variable),
  );
}
