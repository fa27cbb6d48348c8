import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { component } from '../../../scripts/components/build.ts';
import { run, until } from '../../../scripts/lib/processes.ts';
import type { Etcd } from './etcd.ts';

/** The network of one machine, in a namespace of its own, and the real flanneld in it, which keeps its subnets in etcd. */
export interface FlannelMachine {
  /** Starts flanneld; resolves when it has a lease and has written it into subnet.env. */
  startFlannel(prefix?: string): Promise<void>;
  stopFlannel(): Promise<void>;
  /** Gives eth0 another address, as a machine that comes back after another DHCP lease. */
  readdress(ipv4: string): Promise<void>;
  /** Ends it, and with it all that was made. */
  stop(): Promise<void>;
}

/** Ends with the thread that started it. */
const BOUND = ['setpriv', '--pdeathsig', 'KILL', '--'];

const ended = (child: ChildProcess) => until(() => child.exitCode !== null || child.signalCode !== null, 5_000);

/** A machine with these addresses (ADDRESS/BITS) on eth0. Needs root. */
export async function startMachine(etcd: Etcd, name: string, addresses: string[]): Promise<FlannelMachine> {
  const [setpriv = '', ...bound] = BOUND;
  const holder = spawn(setpriv, [...bound, 'unshare', '-n', 'sleep', 'infinity'], { stdio: 'ignore' });
  const own = await namespaceOf(process.pid);
  if (!(await until(async () => ![own, ''].includes(await namespaceOf(holder.pid ?? -1)), 5_000)))
    throw new Error('there is no namespace for a machine');
  const inside = ['nsenter', `--net=/proc/${holder.pid}/ns/net`, '--'];
  const shell = async (...lines: string[]) => {
    const { code, stderr } = await run(inside[0] ?? '', [...inside.slice(1), 'sh', '-ec', lines.join('\n')]);
    if (code !== 0) throw new Error(`${name}: ${stderr.trim()}`);
  };
  await shell(
    'ip link set lo up',
    'ip link add eth0 type veth peer name uplink',
    'ip link set uplink up',
    'ip link set eth0 up',
    ...addresses.map((address) => `ip addr add ${address} dev eth0${address.includes(':') ? ' nodad' : ''}`),
    'ip route add default dev eth0',
    'ip -6 route add default dev eth0',
  );
  let flanneld: ChildProcess | undefined;
  const stopFlannel = async () => {
    if (flanneld === undefined) return;
    flanneld.kill('SIGTERM');
    await ended(flanneld);
    flanneld = undefined;
  };
  return {
    async startFlannel(prefix = '/coreos.com/network') {
      const file = join(etcd.folder, `${name}.env`);
      rmSync(file, { force: true });
      const log = openSync(join(etcd.folder, `${name}.log`), 'a');
      const flags = [`--etcd-endpoints=${etcd.socket}`, `--etcd-prefix=${prefix}`, `--subnet-file=${file}`];
      const rest = ['--iface=eth0', '--ip-masq=false', '--iptables-forward-rules=false'];
      const command = [...bound, ...inside, await component('flannel-0.28', 'flannel'), ...flags, ...rest];
      flanneld = spawn(setpriv, command, { stdio: ['ignore', log, log] });
      closeSync(log);
      const wrote = () => {
        try {
          return readFileSync(file, 'utf8').includes('_SUBNET=');
        } catch {
          return false;
        }
      };
      if (!(await until(wrote, 20_000)))
        throw new Error(`${name}: ${readFileSync(join(etcd.folder, `${name}.log`), 'utf8').slice(-500)}`);
    },
    stopFlannel,
    readdress: (ipv4) =>
      shell('ip -4 addr flush dev eth0', `ip addr add ${ipv4} dev eth0`, 'ip route add default dev eth0'),
    async stop() {
      await stopFlannel();
      holder.kill('SIGKILL');
      await ended(holder);
    },
  };
}

async function namespaceOf(pid: number): Promise<string> {
  return (await run('readlink', [`/proc/${pid}/ns/net`])).stdout.trim();
}
