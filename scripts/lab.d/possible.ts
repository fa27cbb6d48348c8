import { existsSync } from 'node:fs';
import { run } from '../lib/processes.ts';
import { say } from '../lib/progress.ts';
import { hasCgroupsV1 } from './cgroups.ts';

/** Debian's packages that the lab is made of, each with a file that it brings. */
const PACKAGES: Record<string, string> = {
  'busybox-static': '/bin/busybox',
  conntrack: '/usr/sbin/conntrack',
  containerd: '/usr/bin/containerd',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  dash: '/bin/dash',
  iproute2: '/bin/ip',
  iptables: '/usr/sbin/xtables-nft-multi',
  runc: '/usr/sbin/runc',
};

const firstLine = (text: string) => text.trim().split('\n')[0] ?? '';
const missingPackages = () => Object.keys(PACKAGES).filter((name) => !existsSync(PACKAGES[name] ?? ''));

/** Everything the lab asks of the kernel, tried in namespaces that end with this script. */
const TRIALS = `
try() { what=$1; shift; why=$("$@" 2>&1) || { echo "$what: $why" | head -n 1; exit 0; }; }
mount --make-rprivate /
try 'a tmpfs cannot be mounted' mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work
try 'an overlay cannot be mounted' mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc
try 'an IPv6 address cannot be given' ip addr add fd00:99::1/64 dev lo
try 'a bridge cannot be made' ip link add br0 type bridge
try 'a veth pair cannot be made' ip link add v0 type veth peer name v1
try 'a vxlan device cannot be made' ip link add x0 type vxlan id 1 dstport 8472 dev v0
try 'iptables cannot be changed' iptables -t nat -A POSTROUTING -s 10.244.0.0/16 -j MASQUERADE
try 'a cgroup cannot be made' mkdir /sys/fs/cgroup/memory/podcidr-trial.$$
rmdir /sys/fs/cgroup/memory/podcidr-trial.$$
`;

/** Installs what is missing of Debian's packages; does nothing where that is not possible. */
async function installPackages(): Promise<void> {
  const missing = missingPackages();
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  say(`installing Debian's packages ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  const { code, stderr } = await run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', ...missing], {
    env,
  });
  if (code !== 0) say(`apt-get install: ${stderr.trim().split('\n').at(-1)}`);
}

/** Why no lab can run on this machine; undefined when one can. */
export async function labObstacle(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'the lab needs Linux';
  if (process.getuid?.() !== 0) return 'the lab needs root: it makes namespaces, mounts and cgroups';
  await installPackages();
  const missing = missingPackages();
  if (missing.length > 0) return `the lab needs ${missing.join(', ')} (Debian's packages of these names)`;
  if (!hasCgroupsV1()) return 'the lab needs the hierarchies of cgroup v1';
  const name = `podcidr-trial-${process.pid}`;
  const named = await run('ip', ['netns', 'add', name]);
  await run('ip', ['netns', 'delete', name]);
  if (named.code !== 0) return `the lab needs to name network namespaces: ${firstLine(named.stderr)}`;
  const { code, stdout, stderr } = await run('unshare', ['-n', '-m', 'sh', '-c', TRIALS]);
  if (code !== 0) return `the lab needs namespaces of its own: ${firstLine(stderr)}`;
  const obstacle = stdout.trim();
  return obstacle === '' ? undefined : `the lab needs more of this machine's kernel or of our rights: ${obstacle}`;
}
