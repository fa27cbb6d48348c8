import { existsSync, readdirSync, statSync } from 'node:fs';
import { run } from '../lib/processes.ts';

/** Where `ip netns` keeps what it has named. */
const NAMESPACES = '/run/netns';

/** The switch's address: the control plane lives there, and it is the machines' gateway. */
export const SWITCH = { ipv4: '10.99.0.1', ipv6: 'fd00:99::1' };

/** Name of the network namespace of a machine, or of the switch. */
export function namespaceName(id: string, machine?: string): string {
  return `podcidr-${id}${machine === undefined ? '' : `-${machine}`}`;
}

/** Path of that namespace, as nsenter --net wants it. */
export function namespacePath(id: string, machine?: string): string {
  return `${NAMESPACES}/${namespaceName(id, machine)}`;
}

/** Addresses of machine number 1, 2, … */
export function addressesOf(number: number): { ipv4: string; ipv6: string } {
  return { ipv4: `10.99.0.${10 + number}`, ipv6: `fd00:99::${10 + number}` };
}

/** All namespaces of a lab that exist. */
export function namespacesOf(id: string): string[] {
  const names = existsSync(NAMESPACES) ? readdirSync(NAMESPACES) : [];
  return names.filter((name) => name === namespaceName(id) || name.startsWith(`${namespaceName(id)}-`));
}

/** The numbers by which the kernel knows these namespaces, as in /proc/PID/ns/net. */
export function namespaceNumbers(names: string[]): Set<number> {
  return new Set(names.map((name) => statSync(`${NAMESPACES}/${name}`).ino));
}

const FORWARDING = 'for f in ipv4/ip_forward ipv6/conf/all/forwarding; do echo 1 >/proc/sys/net/$f; done';

async function shell(script: string[]): Promise<void> {
  const { code, stderr } = await run('sh', ['-ec', script.join('\n')]);
  if (code !== 0) throw new Error(`setting up the network failed: ${stderr.trim()}`);
}

/** The namespace with the bridge that joins the machines. */
export async function createSwitch(id: string): Promise<void> {
  const name = namespaceName(id);
  await shell([
    `ip netns add ${name}`,
    `ip -n ${name} link set lo up`,
    `ip -n ${name} link add br0 type bridge`,
    `ip -n ${name} addr add ${SWITCH.ipv4}/24 dev br0`,
    `ip -n ${name} addr add ${SWITCH.ipv6}/64 dev br0 nodad`,
    `ip -n ${name} link set br0 up`,
  ]);
}

/** The namespace of a machine, with eth0 on the switch, and forwarding as a node's administrator sets it. */
export async function createMachineNetwork(id: string, machine: string, number: number): Promise<void> {
  const [hub, name] = [namespaceName(id), namespaceName(id, machine)];
  const { ipv4, ipv6 } = addressesOf(number);
  await shell([
    `ip netns add ${name}`,
    `ip -n ${name} link set lo up`,
    `ip -n ${hub} link add ${machine} type veth peer name eth0 netns ${name}`,
    `ip -n ${hub} link set ${machine} master br0 up`,
    `ip -n ${name} link set eth0 up`,
    `ip -n ${name} addr add ${ipv4}/24 dev eth0`,
    `ip -n ${name} addr add ${ipv6}/64 dev eth0 nodad`,
    `ip -n ${name} route add default via ${SWITCH.ipv4}`,
    `ip -n ${name} route add default via ${SWITCH.ipv6}`,
    `nsenter --net=${namespacePath(id, machine)} sh -ec '${FORWARDING}'`,
  ]);
}

/** Removes all namespaces of a lab; the kernel ends what is in them with their last process. */
export async function removeNetwork(id: string): Promise<void> {
  for (const name of namespacesOf(id)) await run('ip', ['netns', 'delete', name]);
}
