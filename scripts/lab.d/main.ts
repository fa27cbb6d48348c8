/** The command line of scripts/lab. */
import { parseArgs } from 'node:util';
import { closeInheritedDescriptors } from '../lib/descriptors.ts';
import { DEFAULT_LAB_DIR } from '../lib/places.ts';
import { say } from '../lib/progress.ts';
import { Impossible, labDown, labUp } from './lab.ts';
import type { Backend, FlannelVersion, KubeletVersion } from './lab-files.ts';

const USAGE = `scripts/lab up [--dir DIR] [--backend vxlan|host-gw|direct] [--flannel 0.28|0.25] [--dual-stack]
               [--kubelet NODE=1.34]… [--owner PID]
scripts/lab down [--dir DIR]

up starts a throw-away cluster on this machine: a control plane and three nodes n1, n2, n3, each with a real kubelet (1.36.3),
containerd and flannel in namespaces of its own. It prints the path of an admin kubeconfig, which works here. direct is vxlan
with DirectRouting. Logs are in DIR/logs and DIR/plane/logs, kubectl is DIR/plane/bin/kubectl. --owner ends the lab when
process PID is gone. down ends it, and whatever labs that have crashed left behind.
Needs root, and installs the Debian packages that are missing. Exit code 3: this machine can run no lab, and why.
DIR is ${DEFAULT_LAB_DIR} by default.
`;

class Misuse extends Error {}

function oneOf<T extends string>(flag: string, value: string | undefined, choices: readonly T[]): T | undefined {
  const choice = choices.find((candidate) => candidate === value);
  if (value !== undefined && choice === undefined) throw new Misuse(`--${flag} is one of ${choices.join(', ')}`);
  return choice;
}

function kubelets(words: string[]): Record<string, KubeletVersion> {
  return Object.fromEntries(
    words.map((word) => {
      const [node, version] = word.split('=');
      const known = oneOf('kubelet NODE=VERSION: VERSION', version ?? '', ['1.36', '1.34'] as const);
      if (!node || known === undefined) throw new Misuse('--kubelet wants NODE=1.34');
      return [node, known];
    }),
  );
}

function parse(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      dir: { type: 'string', default: DEFAULT_LAB_DIR },
      backend: { type: 'string' },
      flannel: { type: 'string' },
      'dual-stack': { type: 'boolean', default: false },
      kubelet: { type: 'string', multiple: true, default: [] },
      owner: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (positionals.length > 1) throw new Misuse(`unexpected ${JSON.stringify(positionals[1])}`);
  return { verb: positionals[0], values };
}

async function main(args: string[]): Promise<void> {
  const { verb, values } = parse(args);
  if (values.help) {
    process.stdout.write(USAGE);
  } else if (verb === 'up') {
    const backend = oneOf<Backend>('backend', values.backend, ['vxlan', 'host-gw', 'direct']);
    const flannel = oneOf<FlannelVersion>('flannel', values.flannel, ['0.28', '0.25']);
    const { kubeconfig } = await labUp({
      dir: values.dir,
      dualStack: values['dual-stack'],
      kubelets: kubelets(values.kubelet),
      ...(backend && { backend }),
      ...(flannel && { flannel }),
      ...(values.owner !== undefined && { owner: Number(values.owner) }),
    });
    process.stdout.write(`${kubeconfig}\n`);
  } else if (verb === 'down') {
    if (!(await labDown(values.dir))) say(`no lab in ${values.dir}`);
  } else {
    throw new Misuse(verb === undefined ? 'say up or down' : `unknown verb ${JSON.stringify(verb)}`);
  }
}

closeInheritedDescriptors();
// The keeper sees that its starter is gone, and ends what there is.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(130));
try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`error: ${(error as Error).message}`);
  if (error instanceof Misuse) say('scripts/lab --help says what it can do');
  process.exitCode = error instanceof Impossible ? 3 : 2;
}
