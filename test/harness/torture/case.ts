import { until } from '../../../scripts/lib/processes.ts';
import { judge, untouched, type Wish } from './judge.ts';
import { filePoints, type Point, requestPoints } from './points.ts';
import type { Ran, Rig, Strike, Struck } from './rig.ts';
import type { Scenario } from './scenario.ts';
import { LOCK, type State } from './world.ts';

/** By which command, and where: on a machine without any state of its own, or `here`, where the program ran. */
export type Recovery = 'resume' | 'rollback' | 'resume here' | 'rollback here';

/** One line of the table. */
export interface Case {
  scenario: Scenario;
  strike: Strike;
  recovery: Recovery;
}

/**
 * How a case ended. `finished`: in spite of the fault; `untouched`: nothing had been begun; `resumed`, `rolled back`: by
 * the recovery; `not reached`: the write did not come this time; `broken`: a promise was.
 */
export type CaseState = 'finished' | 'untouched' | 'resumed' | 'rolled back' | 'not reached' | 'broken';

export interface CaseResult {
  state: CaseState;
  /** What is broken, a line each. */
  complaints: string[];
  /** What the programs said. */
  said: string[];
}

/**
 * What follows from a fault may need a moment: a lock expires, kube-controller-manager takes off a taint. After a restart of
 * the API server it hears of Nodes again within 30 s (client-go reflector.go: the longest back-off).
 */
const SETTLES_MS = 45_000;

/** Runs the scenario once without a fault. Returns its writes; throws when it does not even work then. */
export async function discover(rig: Rig, scenario: Scenario): Promise<Point[]> {
  await rig.clear();
  const args = await scenario.arrange(rig.world, rig.plain);
  const before = await rig.world.stateBefore();
  const ran = await rig.run(args);
  await uncordonHeldBack(rig, lines(ran.stderr));
  const points = [...requestPoints(rig.proxy.seen), ...filePoints(ran.files)];
  const complaints = [
    ...(succeeded(ran) ? [] : [`exit ${ran.code}`]),
    ...(await settled(rig, scenario, before, allNew)),
  ];
  if (complaints.length > 0)
    throw new Error([`${scenario.verb} without a fault:`, ...complaints, ran.stderr].join('\n'));
  return points;
}

/** Runs one case from its arrangement to its judgement. `list`: also asks `operations`, which the journal agrees with. */
export async function runCase(rig: Rig, { scenario, strike, recovery }: Case, list = true): Promise<CaseResult> {
  await rig.clear();
  const args = await scenario.arrange(rig.world, rig.plain);
  const before = await rig.world.stateBefore();
  const known = await rig.world.operations();
  const ran = await rig.run(args, strike);
  const said = [`exit ${ran.code ?? ran.signal}`, ...lines(ran.stdout), ...lines(ran.stderr)];
  const begun = [...(await rig.world.operations())].filter(([id]) => !known.has(id)).map(([, state]) => state);
  const complaints = judgeExit(ran, begun, scenario, before, await rig.world.state());
  let state: CaseState = succeeded(ran) ? 'finished' : 'untouched';
  let wanted: Wish | undefined = succeeded(ran) ? allNew : undefined;
  // A manifest that arrives late opens an operation after everybody has looked.
  for (const late of [false, true]) {
    if (late) await rig.proxy.delivered();
    const now = [...(await rig.world.operations())].filter(([id]) => !known.has(id)).map(([, is]) => is);
    if (now.includes('open')) {
      const recovered = await recover(rig, recovery, scenario.rollback(args));
      said.push(`${recovery}: exit ${recovered.code}`, ...lines(recovered.stdout), ...lines(recovered.stderr));
      // What was held has arrived meanwhile: the operation was finished all along.
      if (recovered.code === 2 && /^error: no operation is interrupted$/m.test(recovered.stderr)) {
        state = 'finished';
        continue;
      }
      if (recovered.hung) complaints.push(`${recovery} did not end`);
      // The dump of a lost Node is the operator's: killed before it was copied, the restore ends and is to be done again.
      const refused = recovered.code === 2 && scenario.lost === true && recovery.startsWith('resume');
      if (!succeeded(recovered) && !refused)
        complaints.push(`${recovery} ended with ${recovered.code ?? recovered.signal}`);
      state = recovery.startsWith('resume') ? 'resumed' : 'rolled back';
      wanted = wishOf(state, scenario);
      if (refused) wanted = () => 'old';
    } else if (now.includes('finished') && state === 'untouched') state = 'finished';
  }
  wanted ??= await journaled(rig, known);
  await uncordonHeldBack(rig, said);
  complaints.push(...(await settled(rig, scenario, before, wanted)), ...(list ? await judgeList(rig) : []));
  if (complaints.length > 0) return { state: 'broken', complaints, said };
  return { state: ran.reached ? state : 'not reached', complaints, said };
}

/** All moves are done. On a busy machine pods of a CNI need longer than the waits here: exit 1 says so, and nothing else. */
function succeeded({ code, stderr }: Pick<Ran, 'code' | 'stderr'>): boolean {
  return code === 0 || (code === 1 && /^ {2}- see why \S+ does not work on /m.test(stderr) && !/^error:/m.test(stderr));
}

/** What the operator is asked to do for Nodes whose CNI was seen not to work, which a busy machine is enough for. */
async function uncordonHeldBack(rig: Rig, said: string[]): Promise<void> {
  const names = said.flatMap((line) => line.match(/^node\/(\S+) stays cordoned /)?.[1] ?? []);
  for (const name of names) await rig.world.uncordon(name);
}

function wishOf(state: CaseState, scenario: Scenario): Wish {
  return state === 'resumed' ? allNew : (name) => scenario.rolledBack(name);
}

const allNew: Wish = () => 'new';

/** What the journal says of operations that are closed: a move that was refused beforehand is not carried out. */
async function journaled(rig: Rig, known: Map<string, string>): Promise<Wish> {
  const moves = (await listed(rig)).filter(({ id }) => !known.has(id)).flatMap((operation) => operation.moves);
  return (name) => (moves.some(({ node, step }) => node === name && step === 'finished') ? 'new' : 'old');
}

function recover(rig: Rig, recovery: Recovery, back: string[]): Promise<Ran> {
  const [command, here] = recovery.split(' ');
  const args = [...(command === 'rollback' ? back : ['resume']), '--yes'];
  return here === undefined ? rig.runElsewhere(args) : rig.runAgain(args);
}

/** What the exit code promises must be so. */
function judgeExit(ran: Struck, begun: string[], scenario: Scenario, before: State, after: State): string[] {
  const complaints: string[] = [];
  if (ran.hung) complaints.push('the program did not end');
  if (begun.length > 1) complaints.push(`it began ${begun.length} operations`);
  if (ran.code === 0 && !begun.includes('finished')) complaints.push('exit 0, and no operation is finished');
  if (ran.code === 2 && begun.includes('open')) complaints.push('exit 2, and an operation is open');
  if ((ran.code === 2 || begun.length === 0) && !untouched(before, after, scenario)) {
    complaints.push(`exit ${ran.code ?? ran.signal} with ${begun.length} operations, and a Node was touched`);
  }
  return complaints;
}

/** Judges again and again until nothing is wrong, or what is wrong stays. */
export async function settled(rig: Rig, scenario: Scenario, before: State, wanted: Wish = allNew): Promise<string[]> {
  let complaints: string[] = [];
  await until(async () => {
    complaints = [
      ...judge(before, await rig.world.state(), scenario, wanted),
      ...(await judgeLock(rig)),
      ...[...(await rig.world.operations())].filter(([, is]) => is === 'open').map(([id]) => `operation ${id} is open`),
    ];
    return complaints.length === 0;
  }, SETTLES_MS);
  return complaints;
}

/** Free: absent, held by nobody, or expired when its holder was killed before it had begun anything. */
async function judgeLock({ plane }: Rig): Promise<string[]> {
  const { holderIdentity, renewTime, leaseDurationSeconds } = (await plane.api.find(LOCK))?.spec ?? {};
  if (!holderIdentity) return [];
  const expired = Date.now() - Date.parse(renewTime ?? '') > Number(leaseDurationSeconds) * 1000;
  return expired ? [] : [`the lock is held by ${holderIdentity}`];
}

interface Listed {
  id: string;
  state: string;
  moves: { node: string; step: string }[];
}

/** What `operations` shows to anybody. */
async function listed(rig: Rig): Promise<Listed[]> {
  const { code, stdout, stderr } = await rig.runElsewhere(['operations', '-o', 'json']);
  if (code !== 0) throw new Error(`operations ended with ${code}: ${stderr}`);
  return (JSON.parse(stdout) as { items: Listed[] }).items;
}

async function judgeList(rig: Rig): Promise<string[]> {
  const unfinished = (await listed(rig)).filter(({ state }) => state !== 'finished' && state !== 'rolledBack');
  return unfinished.map(({ id, state }) => `operations shows ${id} as ${state}`);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
