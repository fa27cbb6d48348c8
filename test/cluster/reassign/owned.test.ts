import test from 'ava';
import { until } from '../../../scripts/lib/processes.ts';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { createNodes, node } from '../../harness/node.ts';
import { runPodcidr } from '../../harness/program.ts';
import { createTwins, getNode, ownedBy } from './support.ts';

let plane: ControlPlane;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
});
test.after.always(() => plane?.stop());

const LEASES = '/apis/coordination.k8s.io/v1/namespaces';

test.serial(
  'a Node and a Lease that the Node owns live on, owned by the new one; its own Lease is left to its kubelet',
  async (t) => {
    await createTwins(plane, 'keeps', 'moves');
    const before = await getNode(plane, 'moves');
    const ownerReferences = ownedBy(before);
    await createNodes(plane.api, [node('inside')]);
    await plane.api.patch('/api/v1/nodes/inside', { metadata: { ownerReferences } }, 'merge');
    const inside = await getNode(plane, 'inside');
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'agent', ownerReferences } };
    await plane.api.post(`${LEASES}/default/leases`, lease);
    t.true(
      await until(async () => {
        const own = await plane.api.find(`${LEASES}/kube-node-lease/leases/moves`);
        return own?.metadata.ownerReferences?.[0]?.uid === before.metadata.uid;
      }, 20_000),
      'kwok owns its Leases as kubelets do',
    );

    const ran = await runPodcidr(['reassign', 'moves', '--yes'], { kubeconfig: plane.kubeconfig });
    t.is(ran.code, 0, ran.stderr);

    const { uid } = (await getNode(plane, 'moves')).metadata;
    t.not(uid, before.metadata.uid);
    const there = await getNode(plane, 'inside');
    t.is(there.metadata.uid, inside.metadata.uid);
    t.is(there.metadata.ownerReferences?.[0]?.uid, uid);
    const agent = await plane.api.get(`${LEASES}/default/leases/agent`);
    t.is(agent.metadata.ownerReferences?.[0]?.uid, uid);
    const touched = plane
      .auditEvents()
      .filter(
        ({ verb, requestURI, userAgent }) =>
          verb !== 'get' && userAgent?.startsWith('kubectl-podcidr') && requestURI.includes('/kube-node-lease/'),
      );
    t.deepEqual(touched, []);
  },
);
