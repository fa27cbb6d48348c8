import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import { type Fault, type FaultProxy, type SeenRequest, startFaultProxy } from '../fault-proxy.ts';
import { type ProgramOptions, type ProgramResult, runPodcidr } from '../program.ts';
import { shortWaitsBundle } from './bundle.ts';
import { FILE_FAULTS, type FileFaultName, type RequestFault, type Victim } from './faults.ts';
import { describeRequest, isWrite, type Point, PointCounter } from './points.ts';
import type { Run, Scenario } from './scenario.ts';
import { World } from './world.ts';

/** A program that says nothing for so long hangs. */
const HANGS_MS = 30_000;

/** A fault and the write at which it strikes. */
export type Strike = { point: Point; fault: RequestFault } | { point: Point; file: FileFaultName };

/** What happens to each request of a run that writes, in a story of its own. */
export type Story = (what: string, nth: number, request: SeenRequest, victim: Victim) => Fault;

const PASS: Fault = { kind: 'pass' };

/** How a program ended. */
export interface Ran extends ProgramResult {
  /** It had to be ended because it did not end. */
  hung: boolean;
}

/** How a run through the proxy ended. */
export interface Told extends Ran {
  /** What the program wrote on its disk, as file-faults.ts notes it. */
  files: string;
}

/** How a run under a fault ended. */
export interface Struck extends Told {
  /** The write came, and with it the fault. */
  reached: boolean;
}

/** A control plane, a proxy before it, and programs on machines of their own. */
export class Rig {
  readonly plane: ControlPlane;
  readonly proxy: FaultProxy;
  readonly world: World;
  readonly #program: string;
  #machines: string[] = [];

  constructor(plane: ControlPlane, proxy: FaultProxy, program: string) {
    this.plane = plane;
    this.proxy = proxy;
    this.world = new World(plane);
    this.#program = program;
  }

  /** Runs the program on a new machine, through the proxy, with one fault or none. */
  async run(args: string[], strike?: Strike): Promise<Struck> {
    let reached = false;
    const story: Story = (what, nth, request, victim) => {
      if (!strike || !('fault' in strike)) return PASS;
      if (strike.point.what !== what || strike.point.nth !== nth) return PASS;
      reached = true;
      return strike.fault.strike(request, victim);
    };
    const ran = await this.tell(args, story, strike && 'file' in strike ? strike : undefined);
    if (strike && 'file' in strike) reached = ran.files.split('\n').length > strike.point.position;
    return { ...ran, reached };
  }

  /**
   * Runs the program on a new machine, through the proxy, with what the story makes of each request. `answer`: how long it waits
   * for one, in milliseconds, where the story takes its time.
   */
  async tell(args: string[], story: Story, onDisk?: Strike & { file: FileFaultName }, answer?: number): Promise<Told> {
    const machine = this.#machine();
    const log = join(machine, 'files.log');
    const env: Record<string, string> = {
      HOME: machine,
      PODCIDR_FILE_FAULTS: join(machine, 'state'),
      PODCIDR_FILE_LOG: log,
      ...(answer !== undefined && { PODCIDR_TEST_ANSWER: String(answer) }),
      ...(onDisk && { PODCIDR_FILE_FAULT: `${onDisk.point.position}:${FILE_FAULTS[onDisk.file]}` }),
    };
    const ran = await this.#start([...args, '--yes', '--state-dir', join(machine, 'state')], {
      kubeconfig: this.proxy.kubeconfig,
      env,
      onStart: (child) => {
        this.proxy.seen.length = 0;
        let killed = false;
        const kill = () => {
          killed = true;
          child.kill('SIGKILL');
        };
        const counter = new PointCounter();
        this.proxy.decide((request) => {
          if (killed) return { kind: 'reset' };
          if (!isWrite(request)) return PASS;
          const what = describeRequest(request);
          return story(what, counter.next(what), request, { child, kill });
        });
      },
    });
    return { ...ran, files: readOr(log, '') };
  }

  /** Runs the program on another machine: with no state of its own, straight to the server. */
  runElsewhere(args: string[]): Promise<Ran> {
    return this.#runOn(this.#machine(), args);
  }

  /** Runs the program where it ran last, straight to the server, with no fault. */
  runAgain(args: string[]): Promise<Ran> {
    return this.#runOn(this.#machines.at(-1) ?? this.#machine(), args);
  }

  /** Runs the program straight to the server and returns its stdout; throws when it fails. */
  readonly plain: Run = async (args) => {
    const { code, stdout, stderr } = await this.runElsewhere([...args, '--yes']);
    if (code !== 0) throw new Error(`${args.join(' ')}: exit ${code}\n${stderr}`);
    return stdout;
  };

  #runOn(machine: string, args: string[]): Promise<Ran> {
    return this.#start([...args, '--state-dir', join(machine, 'state')], {
      kubeconfig: this.plane.kubeconfig,
      env: { HOME: machine },
    });
  }

  async #start(args: string[], options: ProgramOptions): Promise<Ran> {
    let hung = false;
    let timer: NodeJS.Timeout | undefined;
    const ran = await runPodcidr(args, {
      ...options,
      entry: this.#program,
      onStart: (child) => {
        timer = setTimeout(() => {
          hung = true;
          child.kill('SIGKILL');
        }, HANGS_MS);
        options.onStart?.(child);
      },
    });
    clearTimeout(timer);
    return { ...ran, hung };
  }

  /** Makes the next case's start: objects and machines of the last one go. */
  async clear(): Promise<void> {
    this.proxy.decide(() => ({ kind: 'pass' }));
    await this.world.clear();
    for (const machine of this.#machines) rmSync(machine, { recursive: true, force: true });
    this.#machines = [];
  }

  async stop(): Promise<void> {
    await this.clear();
    await this.proxy.close();
    await this.plane.stop();
  }

  /** A home of its own, below the temporary folder. */
  #machine(): string {
    const machine = mkdtempSync(join(tmpdir(), 'podcidr-machine-'));
    this.#machines.push(machine);
    return machine;
  }
}

/** Starts a plane as the scenario needs it, and what is needed around it. */
export async function startRig(
  kubernetes: string | undefined,
  { controllerManager, kwok = false }: Pick<Scenario, 'controllerManager' | 'kwok'>,
): Promise<Rig> {
  const program = await shortWaitsBundle();
  const plane = await startControlPlane({ controllerManager, kwok, ...(kubernetes !== undefined && { kubernetes }) });
  const rig = new Rig(plane, await startFaultProxy(plane), program);
  await rig.world.prepare();
  return rig;
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
