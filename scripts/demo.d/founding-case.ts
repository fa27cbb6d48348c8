import { setTimeout as sleep } from 'node:timers/promises';
import { changeControllerManager } from '../clusters/plane.ts';
import type { Fleet } from './fleet.ts';
import { tell } from './shell.ts';

/** Time that the allocator gets; on a busy machine it is much slower than the second that it usually takes. */
const ALLOCATION_MS = 60_000;

export const FIRST_FLAGS = ['--cluster-cidr=10.244.0.0/16', '--node-cidr-mask-size=24'];
const SECOND_FLAGS = ['--cluster-cidr=10.244.0.0/12', '--node-cidr-mask-size=16'];
const THIRD_FLAGS = ['--cluster-cidr=10.244.0.0/12', '--node-cidr-mask-size=24'];
const LOST_FLAG = [...THIRD_FLAGS, '--allocate-node-cidrs=false'];

/** The subnet that stands for all that the first configuration has handed out. */
const WHOLE = '10.244.0.0/16';

/** Workers of the first configuration that leave until one of their successors gets all of it. */
const LEAVING = ['10.244.200.0/24', '10.244.201.0/24', '10.244.202.0/24'];

/** Of the 16 blocks of the second configuration four are taken. */
const FREE_BLOCKS = 12;

const TWINS = 20;

/** The age from which validate calls a subnet missing. */
const GRACE_MS = 61_000;

/** The first configuration: 256 subnets, of which the control plane's own Node has one. */
async function exhaust(fleet: Fleet): Promise<string[]> {
  tell(`kube-controller-manager runs with ${FIRST_FLAGS.join(' ')}: 256 subnets. 255 workers join.`);
  const workers = await fleet.join(255);
  if (!(await fleet.subnetsArrive(workers, ALLOCATION_MS))) throw new Error('255 workers did not all get a subnet');
  const late = await fleet.join(4);
  tell(`All subnets are taken; four more workers join and get none: ${late.join(', ')}.`);
  return late;
}

/**
 * The second configuration gives a /16 to each new node. Its bit map has one bit for all of 10.244.0.0/16: a worker of
 * the first configuration that leaves frees the bit although 254 others use what it stands for. (Any update of one of
 * those takes it back, hence the wait for quiet.) Resolves with the name of the worker that gets it, undefined when none does.
 */
async function giveWholeAway(dir: string, fleet: Fleet, late: string[]): Promise<string | undefined> {
  await changeControllerManager(dir, { flags: SECOND_FLAGS });
  tell(`It is restarted with ${SECOND_FLAGS.join(' ')}.`);
  await fleet.subnetsArrive(late, ALLOCATION_MS);
  for (const name of late) tell(`  ${name} gets ${(await fleet.subnetOf(name)) || 'none'}`);
  for (const [attempt, subnet] of LEAVING.entries()) {
    const leaving = (await fleet.nodes()).find(({ spec }) => spec?.podCIDR === subnet)?.metadata.name ?? '';
    await fleet.isQuiet();
    await fleet.leave(leaving);
    tell(`${leaving} (${subnet}) leaves.`);
    // The next one gets it at once; when it was taken back before that, only after all others are given out.
    const joining = await fleet.join(attempt === 0 ? 1 : FREE_BLOCKS);
    await fleet.subnetsArrive(joining, 10_000);
    const holder = await fleet.holderOf(WHOLE);
    for (const name of joining) {
      tell(
        `${name} joins and gets ${(await fleet.subnetOf(name)) || 'none'}${name === holder ? '.' : ', and leaves again.'}`,
      );
      if (name !== holder) await fleet.leave(name);
    }
    if (holder !== undefined) return holder;
  }
  return undefined;
}

/** The third configuration: the deletion of the /16's holder clears the bits of all 256 subnets in it. */
async function makeTwins(dir: string, fleet: Fleet, holder: string | undefined): Promise<void> {
  await changeControllerManager(dir, { flags: THIRD_FLAGS });
  tell(`It is restarted with ${THIRD_FLAGS.join(' ')}.`);
  if (holder !== undefined) {
    await fleet.isQuiet();
    await fleet.leave(holder);
    tell(`${holder} (${WHOLE}) leaves, and ${TWINS} workers join.`);
    await fleet.subnetsArrive(await fleet.join(TWINS), ALLOCATION_MS);
  }
  const missing = TWINS - (await fleet.twins()).length;
  if (missing <= 0) {
    tell(`kube-controller-manager itself gave all ${TWINS} a subnet that another node holds.`);
    return;
  }
  const subnets = Array.from({ length: missing }, (_, index) => `10.244.${50 + index}.0/24`);
  await fleet.join(missing, subnets);
  tell(`NOT made by kube-controller-manager: ${missing} workers were created with a subnet that another node holds.`);
}

/** Leads a fleet of nearly 300 nodes through the three configurations of the founding case, and loses a flag at the end. */
export async function leadToFoundingCase(dir: string, fleet: Fleet): Promise<void> {
  const late = await exhaust(fleet);
  await makeTwins(dir, fleet, await giveWholeAway(dir, fleet, late));
  await changeControllerManager(dir, { flags: LOST_FLAG });
  const missing = await fleet.join(8);
  const joined = performance.now();
  tell(`An edit of its manifest turns --allocate-node-cidrs off; ${missing.length} workers join and get no subnet.`);
  const pods = await fleet.runPods();
  tell(`The fleet: ${(await fleet.nodes()).length} nodes, ${pods} pods.`);
  const left = GRACE_MS - (performance.now() - joined);
  tell(`A new node has a minute to get its subnet before it is called missing: waiting ${Math.ceil(left / 1000)} s.`);
  await sleep(left);
}
