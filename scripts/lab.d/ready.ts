import type { Api } from '../clusters/api.ts';
import type { KubeObject } from '../clusters/kube-object.ts';
import { until } from '../lib/processes.ts';
import type { LabPlan } from './lab-files.ts';
import { runOn } from './machine.ts';

const LIMIT_MS = 180_000;

const isReady = (node: KubeObject) =>
  node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** What a machine lacks to reach the pods of the others and to start its own, in words; undefined when it lacks nothing. */
async function missingOn(plan: LabPlan, machine: string, nodes: KubeObject[]): Promise<string | undefined> {
  const script = 'cat /run/flannel/subnet.env; ip route; ip -6 route';
  const { stdout } = await runOn(plan, machine, ['sh', '-c', script]);
  if (!stdout.includes('FLANNEL_SUBNET=')) return `flannel has written no subnet.env on ${machine}`;
  const lines = stdout.split('\n');
  for (const { metadata, spec } of nodes) {
    if (metadata.name === machine) continue;
    const missing = spec?.podCIDRs?.find((cidr) => !lines.some((line) => line.startsWith(`${cidr} `)));
    if (missing !== undefined) return `${machine} has no route to ${missing}`;
  }
  return undefined;
}

/** What still lacks until every machine is a Ready node with a route to each other's pods. */
async function missing(api: Api, plan: LabPlan): Promise<string | undefined> {
  const names = plan.machines.map(({ name }) => name);
  const nodes = (await api.list('/api/v1/nodes')).filter(({ metadata }) => names.includes(metadata.name));
  const late = names.find((name) => !nodes.some((node) => node.metadata.name === name && isReady(node)));
  if (late !== undefined) return `node ${late} is not Ready`;
  for (const name of names) {
    const lack = await missingOn(plan, name, nodes);
    if (lack !== undefined) return lack;
  }
  return undefined;
}

/** Waits until all machines have joined. Throws with what one of them lacks after three minutes. */
export async function untilJoined(api: Api, plan: LabPlan): Promise<void> {
  let lack: string | undefined;
  const joined = await until(
    async () => {
      lack = await missing(api, plan);
      return lack === undefined;
    },
    LIMIT_MS,
    200,
  );
  if (!joined) throw new Error(`the lab was not ready in ${LIMIT_MS / 1000} s: ${lack}`);
}
