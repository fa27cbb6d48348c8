import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiOf } from '../../scripts/clusters/admin.ts';
import type { Api } from '../../scripts/clusters/api.ts';
import { changeControllerManager, controllerManagerWish } from '../../scripts/clusters/plane.ts';
import { addMachine, labDown, labUp } from '../../scripts/lab.d/lab.ts';
import { type Backend, type FlannelVersion, type KubeletVersion, LabFiles } from '../../scripts/lab.d/lab-files.ts';
import { runOn, type Server, startServer, stopServer } from '../../scripts/lab.d/machine.ts';
import { untilJoined } from '../../scripts/lab.d/ready.ts';
import { type Ran, run } from '../../scripts/lib/processes.ts';
import { recreateNode, restartFlannelOn, settleNode } from './lab/by-hand.ts';
import { deployEcho, type EchoPod, echoPods } from './lab/echo.ts';
import { type ContinuousPing, type Ping, pingAll, pingContinuously } from './lab/pings.ts';

export interface LabWish {
  backend?: Backend;
  flannel?: FlannelVersion;
  dualStack?: boolean;
  /** Default: 3. */
  machines?: number;
  /** Nodes with another kubelet than 1.36, for example {n3: '1.34'}. */
  kubelets?: Record<string, KubeletVersion>;
}

/** A real cluster of a few nodes for the tests of one file. It ends with the test runner, whatever becomes of that. */
export interface Lab {
  /** The control plane's directory, as ControlPlane.dir. */
  dir: string;
  /** Of an administrator; programs under test run where the test runs. */
  kubeconfig: string;
  /** https://127.0.0.1:PORT */
  server: string;
  /** Raw access as administrator. */
  api: Api;
  /** n1, n2, n3 or more, and those added since. The control plane's own Node, which has no kubelet, is not among them. */
  nodes: string[];
  kubectl(args: string[], options?: { input?: string }): Promise<Ran>;
  /** Runs a command as root of a node, in all of its namespaces. */
  inNode(node: string, command: string[]): Promise<Ran>;
  stopKubelet(node: string): Promise<void>;
  startKubelet(node: string): Promise<void>;
  /** Ends containerd, starts it again, resolves when it answers; containers run on. */
  restartContainerd(node: string): Promise<void>;
  /** Deletes flannel's pod of a node, or of each in turn; resolves when the next has written its Node's subnet. */
  restartFlannel(node?: string): Promise<void>;
  /** Resolves when the new one leads. */
  restartControllerManager(): Promise<void>;
  /** A new node joins; resolves with its name when it is Ready and has its routes. */
  addNode(): Promise<string>;
  /** Resolves when every node is Ready and has a route to each other's pods. */
  untilJoined(): Promise<void>;
  /** Re-creates a Node with other subnets, as operators do by hand. The machine is not touched. */
  recreateNode(node: string, podCIDRs: string[]): Promise<void>;
  /** Restarts flannel, removes the bridge, renews the pods of a node whose subnet has changed, as operators do by hand. */
  settleNode(node: string): Promise<void>;
  /** Gives `second` the subnets of `first`, in the API and on the machine. Resolves with them. */
  shareSubnet(first: string, second: string): Promise<string[]>;
  /** A DaemonSet of pods that answer with their own names; resolves when one runs on each node. */
  deployEcho(name?: string): Promise<void>;
  echoPods(): Promise<EchoPod[]>;
  /** Every echo pod asks every other for its name, at each of its addresses. */
  pings(): Promise<Ping[]>;
  /** A datagram every 20 ms from one echo pod to another, until it is stopped. */
  pingContinuously(from: EchoPod, to: EchoPod, address?: string): ContinuousPing;
  stop(): Promise<void>;
}

/** Starts a lab in a directory of its own: 20 s, and as long again on a busy machine. Throws Impossible where none can run. */
export async function startLab(wish: LabWish = {}): Promise<Lab> {
  const dir = mkdtempSync(join(tmpdir(), 'podcidr-lab-'));
  const { kubeconfig, server, plan: first } = await labUp({ ...wish, dir, owner: process.pid, disposable: true });
  const files = new LabFiles(dir);
  const api = apiOf(kubeconfig);
  const nodes = first.machines.map(({ name }) => name);
  const plan = () => files.readPlan() ?? first;
  const start = async (node: string, program: Server) => {
    const machine = plan().machines.find(({ name }) => name === node);
    if (!machine) throw new Error(`there is no node ${node}`);
    await startServer(files, plan(), machine, program);
  };
  const inNode = (node: string, command: string[]) => runOn(plan(), node, command);
  const hands = { api, inNode };
  const lab: Lab = {
    dir: files.plane,
    kubeconfig,
    server,
    api,
    nodes,
    kubectl: (args, { input } = {}) =>
      run(join(files.plane, 'bin', 'kubectl'), ['--kubeconfig', kubeconfig, ...args], {
        env: { PATH: process.env.PATH, HOME: dir },
        ...(input !== undefined && { input }),
      }),
    inNode,
    stopKubelet: (node) => stopServer(plan(), node, 'kubelet'),
    startKubelet: (node) => start(node, 'kubelet'),
    async restartContainerd(node) {
      await stopServer(plan(), node, 'containerd');
      await start(node, 'containerd');
    },
    async restartFlannel(node) {
      for (const one of node === undefined ? nodes : [node]) await restartFlannelOn(hands, one);
    },
    restartControllerManager: () => changeControllerManager(files.plane, { flags: controllerManagerWish(files.plane) }),
    async addNode() {
      const name = await addMachine(files);
      nodes.push(name);
      await lab.untilJoined();
      return name;
    },
    untilJoined: () => untilJoined(api, plan()),
    recreateNode: (node, podCIDRs) => recreateNode(api, node, podCIDRs),
    settleNode: (node) => settleNode(hands, node),
    async shareSubnet(one, other) {
      const { podCIDRs = [] } = (await api.get(`/api/v1/nodes/${one}`)).spec ?? {};
      await recreateNode(api, other, podCIDRs);
      await settleNode(hands, other);
      return podCIDRs;
    },
    deployEcho: (name = 'echo') => deployEcho(api, name, nodes),
    echoPods: () => echoPods(api),
    pings: async () => pingAll(await echoPods(api)),
    pingContinuously,
    async stop() {
      api.close();
      await labDown(dir);
    },
  };
  return lab;
}
