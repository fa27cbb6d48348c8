import test from 'ava';
import type { Move } from '../../../src/model/plan.ts';
import { manualCommands } from '../../../src/plan/manual.ts';

const move = { node: 'a', to: ['10.244.9.0/24', 'fd00:9::/64'] } as Move;

for (const [method, expected] of [
  [
    'patch',
    [`kubectl patch node a -p '{"spec":{"podCIDR":"10.244.9.0/24","podCIDRs":["10.244.9.0/24","fd00:9::/64"]}}'`],
  ],
  [
    'reset',
    [
      'kubectl get node a -o yaml > a.yaml',
      '# in a.yaml: remove podCIDR, podCIDRs, uid, resourceVersion, creationTimestamp',
      'kubectl delete node a && kubectl create -f a.yaml',
    ],
  ],
  [
    'create',
    [
      '# in a.yaml, out of the file: podCIDR: 10.244.9.0/24, podCIDRs: [10.244.9.0/24, fd00:9::/64]; remove uid, resourceVersion, creationTimestamp',
      'kubectl create -f a.yaml',
    ],
  ],
  [
    'recreate',
    [
      'kubectl get node a -o yaml > a.yaml',
      '# in a.yaml: podCIDR: 10.244.9.0/24, podCIDRs: [10.244.9.0/24, fd00:9::/64]; remove uid, resourceVersion, creationTimestamp',
      'kubectl delete node a && kubectl create -f a.yaml',
    ],
  ],
] as const) {
  test(`what an operator would type for a move by ${method}`, (t) => {
    t.deepEqual(manualCommands({ ...move, method }), [...expected]);
  });
}
