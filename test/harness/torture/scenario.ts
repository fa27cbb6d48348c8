import { NO_RESTART } from '../../cluster/reassign/support.ts';
import { ANTREA, WORKLOAD } from '../daemon-sets.ts';
import type { IsNew, Wish } from './judge.ts';
import type { World } from './world.ts';

/** One thing that an operator does, made again for every case. */
export interface Scenario {
  /** For --verb and in the table. */
  verb: string;
  /** Names of the Nodes that it moves. */
  moved: string[];
  /** They are absent before; what they were like is in the state that `arrange` returns. */
  lost?: boolean;
  /** Flags of kube-controller-manager that its plane needs. */
  controllerManager: string[];
  /** Its plane needs kwok: pods that run. */
  kwok?: boolean;
  /** Makes the cluster as it is before, and returns the arguments of the program. `run`: the program without any fault. */
  arrange(world: World, run: Run): Promise<string[]>;
  isNew: IsNew;
  /** What a rollback makes of a Node. */
  rolledBack: Wish;
  /** The arguments of the rollback, from those of the program. */
  rollback(args: string[]): string[];
}

/** Runs the program to its end and returns its stdout; throws when it does not end with 0. */
export type Run = (args: string[]) => Promise<string>;

/** A twin's former subnet is the other one's too, and nobody has time to wait. */
const BACK = ['--allow-conflict', '--cooldown=0s'];

const rollbackOfTheOnlyOne = () => ['rollback', ...BACK];

/** The pod has no controller. */
const EVICTING = ['--force'];

const CLUSTER = /^10\.244\.\d+\.0\/24$/;

/** The subnet given by name. */
const exactly =
  (wanted: Record<string, string>): IsNew =>
  (name, podCIDRs) =>
    podCIDRs.join(',') === wanted[name] ? undefined : `has ${podCIDRs.join(',') || 'no subnet'}, not ${wanted[name]}`;

/** Any subnet of the cluster CIDR; that it is shared with nobody is judged anyway. */
const another: IsNew = (name, podCIDRs, before) => {
  const [subnet = '', ...more] = podCIDRs;
  const former = before.nodes.get(name)?.spec?.podCIDR;
  if (more.length > 0 || !CLUSTER.test(subnet)) return `has ${podCIDRs.join(',') || 'no subnet'}`;
  return subnet === former ? `still has ${subnet}` : undefined;
};

const former: Wish = () => 'old';

/** `keeps` and `moves` share 10.244.77.0/24. */
async function createTwins(world: World): Promise<void> {
  await world.createNode('keeps', { podCIDRs: ['10.244.77.0/24'] });
  await world.createNode('moves', { podCIDRs: ['10.244.77.0/24'], labels: { zone: 'b' }, flannel: true });
  await world.createOwned('moves');
  await world.createPod('evicted', 'moves');
}

/** A duplicate gets a free subnet. */
export const reassign: Scenario = {
  verb: 'reassign',
  moved: ['moves'],
  controllerManager: [],
  async arrange(world) {
    await createTwins(world);
    return ['reassign', 'moves', ...EVICTING, NO_RESTART];
  },
  isNew: exactly({ moves: '10.244.255.0/24' }),
  rolledBack: former,
  rollback: rollbackOfTheOnlyOne,
};

/** A duplicate gets a free subnet, its CNI is restarted and its pods are made anew; no command can be run on the node. */
export const care: Scenario = {
  verb: 'reassign (after-care)',
  moved: ['moves'],
  controllerManager: [],
  kwok: true,
  async arrange(world) {
    await createTwins(world);
    await world.createDaemonSets(['moves'], ANTREA, WORKLOAD);
    return ['reassign', 'moves', '--ignore-daemonsets', ...EVICTING, NO_RESTART];
  },
  isNew: exactly({ moves: '10.244.255.0/24' }),
  rolledBack: former,
  rollback: rollbackOfTheOnlyOne,
};

/** A Node without a subnet gets one by a PATCH. Nobody else must hand one out, so the controller manager does not. */
export const fill: Scenario = {
  verb: 'reassign (empty)',
  moved: ['empty'],
  controllerManager: ['--allocate-node-cidrs=false'],
  async arrange(world) {
    await world.createNode('empty', {});
    await world.createOwned('empty');
    return ['reassign', 'empty', NO_RESTART];
  },
  isNew: another,
  // A subnet that was given to an empty Node cannot be taken away again.
  rolledBack: () => 'either',
  rollback: rollbackOfTheOnlyOne,
};

/** A duplicate and a Node with another mask are cured one after the other: each write of each comes before or after another Node's. */
export const invalid: Scenario = {
  verb: 'reassign --invalid',
  moved: ['moves', 'small'],
  controllerManager: [],
  async arrange(world) {
    await createTwins(world);
    // The twin with fewer pods moves.
    await world.createPod('first', 'keeps');
    await world.createPod('second', 'keeps');
    await world.createNode('small', { podCIDRs: ['10.244.80.0/26'] });
    await world.createOwned('small');
    return ['reassign', '--invalid', ...EVICTING, NO_RESTART];
  },
  isNew: another,
  rolledBack: former,
  rollback: rollbackOfTheOnlyOne,
};

/** A duplicate gets a subnet from kube-controller-manager. */
export const reset: Scenario = {
  verb: 'reset',
  moved: ['moves'],
  controllerManager: [],
  async arrange(world) {
    await createTwins(world);
    return ['reset', 'moves', ...EVICTING, NO_RESTART];
  },
  isNew: another,
  rolledBack: former,
  rollback: rollbackOfTheOnlyOne,
};

/** A Node that was lost by hand is posted again from a dump. What it owned is lost too: the garbage collector was quicker. */
export const restore: Scenario = {
  verb: 'restore',
  moved: ['lost'],
  lost: true,
  controllerManager: [],
  async arrange(world) {
    await world.createNode('lost', { podCIDRs: ['10.244.77.0/24'], labels: { zone: 'b' }, flannel: true });
    return ['restore', '-f', await world.loseNode('lost'), NO_RESTART];
  },
  isNew: exactly({ lost: '10.244.77.0/24' }),
  // A Node that is back is not deleted again.
  rolledBack: () => 'either',
  rollback: rollbackOfTheOnlyOne,
};

/** A Node that was moved gets its former subnet back. A rollback is not rolled back: it is begun again, or resumed. */
export const rollback: Scenario = {
  verb: 'rollback',
  moved: ['moves'],
  controllerManager: [],
  async arrange(world, run) {
    await world.createNode('moves', { podCIDRs: ['10.244.77.0/24'], flannel: true });
    await world.createOwned('moves');
    const { id } = JSON.parse(await run(['reassign', 'moves', '-o', 'json', NO_RESTART])) as { id: string };
    return ['rollback', id, '--cooldown=0s'];
  },
  isNew: exactly({ moves: '10.244.77.0/24' }),
  rolledBack: () => 'new',
  rollback: (args) => args,
};

/** Every scenario, by its name in the table. */
export const SCENARIOS: Scenario[] = [reassign, invalid, reset, restore, rollback, care, fill];
