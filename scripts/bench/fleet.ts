import { createHash } from 'node:crypto';
import type { Api } from '../clusters/api.ts';
import type { KubeObject } from '../clusters/kube-object.ts';
import { nodeObject } from '../clusters/node-object.ts';

/** A kubelet reports the 50 largest images of its machine, each by digest and by tag: most of a Node's bytes. */
const IMAGES = 50;

function images(node: string) {
  return Array.from({ length: IMAGES }, (_, index) => {
    const repository = `registry.example/platform/observability/component-${index}`;
    const digest = createHash('sha256').update(`${node} ${index}`).digest('hex');
    return {
      names: [`${repository}@sha256:${digest}`, `${repository}:v1.${index}.0`],
      sizeBytes: 400_000_000 - index * 7_000_000,
    };
  });
}

function worker(name: string): KubeObject {
  const node = nodeObject(name, { flannel: true, labels: { 'topology.kubernetes.io/zone': 'a', pool: 'workers' } });
  return { ...node, status: { ...node.status, images: images(name) } };
}

/**
 * Creates nodes of about 15 kB that the controller manager gives subnets to.
 * @returns their names
 */
export async function createFleet(api: Api, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `worker-${index + 1}`);
  const waiting = [...names];
  const post = async () => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
      await api.post('/api/v1/nodes', worker(name));
  };
  await Promise.all(Array.from({ length: 16 }, post));
  return names;
}

/** Resolves with the bytes of the list of all nodes once every one has a subnet. */
export async function allocatedFleet(api: Api): Promise<number> {
  for (;;) {
    const { text } = await api.request('GET', '/api/v1/nodes');
    const { items } = JSON.parse(text) as { items: KubeObject[] };
    if (items.every(({ spec }) => spec?.podCIDR !== undefined)) return text.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
