import { writeFileSync } from 'node:fs';
import type { Api, WatchEvent } from '../clusters/api.ts';
import type { KubeObject } from '../clusters/kube-object.ts';
import { median } from './usage.ts';

export interface Absence {
  name: string;
  /** Milliseconds from the Node's DELETED event to its next ADDED event, as a watch receives them. */
  median: number;
  longest: number;
}

/** Runs an action that replaces a Node and says for how long other components saw none, in milliseconds. */
async function absenceDuring(api: Api, node: string, action: () => Promise<unknown>): Promise<number> {
  const events: WatchEvent[] = [];
  const query = new URLSearchParams({ fieldSelector: `metadata.name=${node}`, resourceVersion: '0' });
  const close = await api.watch(`/api/v1/nodes?${query}`, (event) => events.push(event));
  try {
    await action();
    for (let turns = 0; turns < 100; turns++) {
      const deleted = events.findIndex(({ type }) => type === 'DELETED');
      const added = events.find(({ type }, index) => type === 'ADDED' && deleted >= 0 && index > deleted);
      if (added) return added.at - (events[deleted]?.at ?? Number.NaN);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    close();
  }
  throw new Error(`${node} was not seen to go and come back`);
}

/** Replaces several nodes in the same way, one after the other. */
export async function measureAbsence(
  api: Api,
  name: string,
  nodes: string[],
  replace: (node: string) => Promise<unknown>,
): Promise<Absence> {
  const times: number[] = [];
  for (const node of nodes) times.push(await absenceDuring(api, node, () => replace(node)));
  return { name, median: median(times), longest: Math.max(...times) };
}

/** What an operator posts by hand: the Node as it is, without what the server sets, and with another subnet. */
export async function writeManualNode(api: Api, node: string, podCIDR: string, path: string): Promise<void> {
  const object = await api.get<KubeObject>(`/api/v1/nodes/${node}`);
  const { uid, resourceVersion, creationTimestamp, managedFields, ...metadata } = object.metadata;
  writeFileSync(path, JSON.stringify({ ...object, metadata, spec: { ...object.spec, podCIDR, podCIDRs: [podCIDR] } }));
}
