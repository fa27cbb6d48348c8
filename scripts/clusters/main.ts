/** The command line of scripts/control-plane. */
import { parseArgs } from 'node:util';
import { DEFAULT_PLANE_DIR } from '../lib/places.ts';
import { say } from '../lib/progress.ts';
import { joinFlagValues } from './flags.ts';
import { changeControllerManager, controllerManagerWish, planeDown, planeUp } from './plane.ts';

const USAGE = `scripts/control-plane up [--dir DIR] [--kubernetes 1.36|1.24] [--kwok] [--service-cidr CIDR] [--owner PID] [-- FLAGS…]
scripts/control-plane controller-manager [--dir DIR] (-- FLAGS… | --stop | --start)
scripts/control-plane down [--dir DIR]

up starts a throw-away etcd, kube-apiserver and kube-controller-manager and prints the path of an admin kubeconfig.
FLAGS are kube-controller-manager's; they replace ours of the same name. Logs are in DIR/logs, kubectl is DIR/bin/kubectl,
kubeconfigs of other users (admin by certificate; without rights: alice by certificate; viewer, operator, nobody by token) are in DIR/users.
--kwok keeps all other Nodes and their pods alive. --owner ends the plane when process PID is gone.
controller-manager restarts it with other flags (--stop, --start: without one, again) and returns when it leads.
DIR is ${DEFAULT_PLANE_DIR} by default.
`;

class Misuse extends Error {}

function parse(argv: string[]) {
  const dashes = argv.indexOf('--');
  const own = dashes < 0 ? argv : argv.slice(0, dashes);
  const flags = joinFlagValues(dashes < 0 ? [] : argv.slice(dashes + 1));
  const { values, positionals } = parseArgs({
    args: own,
    allowPositionals: true,
    options: {
      dir: { type: 'string', default: DEFAULT_PLANE_DIR },
      kubernetes: { type: 'string' },
      kwok: { type: 'boolean', default: false },
      'service-cidr': { type: 'string' },
      owner: { type: 'string' },
      stop: { type: 'boolean', default: false },
      start: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (positionals.length > 1) throw new Misuse(`unexpected ${JSON.stringify(positionals[1])}`);
  return { verb: positionals[0], flags, ...values };
}

async function main(argv: string[]): Promise<void> {
  const options = parse(argv);
  const { verb, dir, flags } = options;
  if (options.help) {
    process.stdout.write(USAGE);
  } else if (verb === 'up') {
    const { kubeconfig } = await planeUp({
      dir,
      kwok: options.kwok,
      controllerManager: flags,
      ...(options.kubernetes !== undefined && { kubernetes: options.kubernetes }),
      ...(options['service-cidr'] !== undefined && { serviceCIDR: options['service-cidr'] }),
      ...(options.owner !== undefined && { owner: Number(options.owner) }),
    });
    process.stdout.write(`${kubeconfig}\n`);
  } else if (verb === 'down') {
    if (!(await planeDown(dir))) say(`no control plane in ${dir}`);
  } else if (verb === 'controller-manager') {
    if (options.stop) await changeControllerManager(dir, 'stop');
    else await changeControllerManager(dir, { flags: options.start ? controllerManagerWish(dir) : flags });
  } else {
    throw new Misuse(
      verb === undefined ? 'say up, down or controller-manager' : `unknown verb ${JSON.stringify(verb)}`,
    );
  }
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(130));
try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`error: ${(error as Error).message}`);
  if (error instanceof Misuse) say('scripts/control-plane --help says what it can do');
  process.exitCode = 2;
}
