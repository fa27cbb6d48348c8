import { spawn } from 'node:child_process';
import test from 'ava';
import { ROOT } from '../../../scripts/lib/places.ts';
import { type ControlPlane, startControlPlane } from '../../harness/control-plane.ts';
import { type Fault, type FaultProxy, refusal, type SeenRequest, startFaultProxy } from '../../harness/fault-proxy.ts';
import { node } from '../../harness/node.ts';
import { runPodcidr, TEST_HOME } from '../../harness/program.ts';
import { comparable, createOwned, createTwins, getNode, NO_RESTART, OWNED } from './support.ts';

let plane: ControlPlane;
let proxy: FaultProxy;
test.before(async () => {
  plane = await startControlPlane({ kwok: true });
  proxy = await startFaultProxy(plane);
});
test.after.always(async () => {
  await proxy?.close();
  await plane?.stop();
});
test.beforeEach(async () => {
  proxy.decide(() => ({ kind: 'pass' }));
  await plane.clear();
  await createTwins(plane, 'keeps', 'moves');
});

const isDelete = ({ method, path }: SeenRequest) => method === 'DELETE' && path.startsWith('/api/v1/nodes/moves');
const isPost = ({ method, path }: SeenRequest) => method === 'POST' && path.startsWith('/api/v1/nodes?');

/** The fault once, for the first request that fits; then everything passes. */
function once(fits: (request: SeenRequest) => boolean, fault: Fault): void {
  let done = false;
  proxy.decide((request) => {
    if (done || !fits(request)) return { kind: 'pass' };
    done = true;
    return fault;
  });
}

const run = (...args: string[]) =>
  runPodcidr(['reassign', ...args, '--yes', NO_RESTART], { kubeconfig: proxy.kubeconfig });

const AT_THE_SWAP: [name: string, fits: typeof isDelete, fault: Fault][] = [
  ['the DELETE is lost before the server sees it', isDelete, { kind: 'reset' }],
  ['the answer to the DELETE is lost', isDelete, { kind: 'reset-after' }],
  ['the answer to the DELETE is cut off', isDelete, { kind: 'truncate' }],
  ['the DELETE is answered 500', isDelete, refusal(500, 'InternalError')],
  ['the DELETE is answered 429', isDelete, refusal(429, 'TooManyRequests', { 'retry-after': '1' })],
  ['the DELETE is held and delivered late', isDelete, { kind: 'hold', ms: 4_000 }],
  ['the POST is held and delivered late', isPost, { kind: 'hold', ms: 4_000 }],
  ['the POST is lost before the server sees it', isPost, { kind: 'reset' }],
  ['the answer to the POST is lost', isPost, { kind: 'reset-after' }],
  ['the answer to the POST is cut off', isPost, { kind: 'truncate' }],
  ['the POST is answered 401', isPost, refusal(401, 'Unauthorized')],
  ['the POST is answered 429', isPost, refusal(429, 'TooManyRequests', { 'retry-after': '1' })],
  ['the POST is answered 500', isPost, refusal(500, 'InternalError')],
  ['the POST is answered 403 once, as by a server that has just started', isPost, refusal(403, 'Forbidden')],
  ['the POST is answered with something that is no Node', isPost, { ...refusal(200, ''), body: { kind: 'Status' } }],
  [
    'the DELETE is answered with success that did not happen',
    isDelete,
    { ...refusal(200, ''), body: { kind: 'Status' } },
  ],
  ['the POST is answered 503', isPost, refusal(503, 'ServiceUnavailable')],
];

for (const [name, fits, fault] of AT_THE_SWAP) {
  test.serial(`the Node is back with its new subnet and all its fields although ${name}`, async (t) => {
    const before = await getNode(plane, 'moves');
    once(fits, fault);
    const ran = await run('moves');
    t.is(ran.code, 0, ran.stderr);
    // What was held has arrived by now, and changed nothing.
    if (fault.kind === 'hold') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    const after = await getNode(plane, 'moves');
    t.is(after.spec?.podCIDR, '10.244.255.0/24');
    t.deepEqual(comparable(after), comparable(before));
  });
}

test.serial('a server that refuses the body gets it with the former subnet before anything is given up', async (t) => {
  let refusals = 0;
  proxy.decide((request) => {
    if (!isPost(request) || request.body.includes('10.244.77.0/24')) return { kind: 'pass' };
    refusals += 1;
    return refusal(422, 'Invalid');
  });
  const ran = await run('moves');
  t.true(refusals >= 2);
  const after = await getNode(plane, 'moves');
  t.is(after.spec?.podCIDR, '10.244.77.0/24', 'the Node is there');
  t.regex(ran.stderr, /came back with 10\.244\.77\.0\/24/);
  t.is(ran.code, 3, ran.stderr);
});

test.serial('a DELETE that the server refuses changes nothing, and what was detached is owned again', async (t) => {
  const before = await getNode(plane, 'moves');
  await createOwned(plane, before);
  once(isDelete, refusal(403, 'Forbidden'));
  const ran = await run('moves');
  t.is(ran.code, 3, ran.stderr);
  t.regex(ran.stderr, /injected 403/);
  t.is((await getNode(plane, 'moves')).metadata.uid, before.metadata.uid);
  t.is((await plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, before.metadata.uid);
});

for (const [name, fault] of [
  ['is always answered 500', refusal(500, 'InternalError')],
  ['is always cut off', { kind: 'reset' }],
] as [string, Fault][]) {
  test.serial(`a DELETE that ${name} is told as what it is, no writer is blamed, and nothing is changed`, async (t) => {
    const before = await getNode(plane, 'moves');
    await createOwned(plane, before);
    let deletions = 0;
    proxy.decide((request) => {
      if (!isDelete(request)) return { kind: 'pass' };
      deletions += 1;
      return fault;
    });
    const ran = await run('moves');
    t.is(ran.code, 3, ran.stderr);
    t.regex(ran.stderr, /^error: node moves was not moved; it is as it was: .*(injected 500|EOF)/m);
    t.notRegex(ran.stderr, /stop that writer/);
    t.is(deletions, 3);
    const after = await getNode(plane, 'moves');
    t.is(after.metadata.uid, before.metadata.uid);
    t.deepEqual(comparable(after), comparable(before));
    t.is((await plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, before.metadata.uid);
  });
}

test.serial('a Node that changes between the plan and the DELETE is read again, and the change is kept', async (t) => {
  let writes = 0;
  proxy.decide((request) => {
    if (!isDelete(request) || writes === 3) return { kind: 'pass' };
    writes += 1;
    return {
      kind: 'then',
      before: async () => {
        await plane.api.patch('/api/v1/nodes/moves', { metadata: { labels: { written: String(writes) } } });
      },
    };
  });
  const ran = await run('moves');
  t.is(ran.code, 0, ran.stderr);
  const after = await getNode(plane, 'moves');
  t.is(after.spec?.podCIDR, '10.244.255.0/24');
  t.is(after.metadata.labels?.written, '3');
});

test.serial('a subnet that a newcomer takes before the DELETE is not given out twice', async (t) => {
  const newcomer = () => plane.api.post('/api/v1/nodes', node('newcomer', { podCIDRs: ['10.244.255.0/24'] }));
  let done = false;
  proxy.decide((request) => {
    if (done || !isDelete(request)) return { kind: 'pass' };
    done = true;
    return {
      kind: 'then',
      before: async () => {
        await newcomer();
        // The Node moves too, so that the DELETE is refused and the step starts again.
        await plane.api.patch('/api/v1/nodes/moves', { metadata: { labels: { moved: 'yes' } } });
      },
    };
  });
  const ran = await run('moves');
  t.is(ran.code, 0, ran.stderr);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.254.0/24');
});

test.serial('a bare Node that a restarted kubelet registers in the gap gives way to the whole one', async (t) => {
  const before = await getNode(plane, 'moves');
  once(isPost, {
    kind: 'then',
    before: async () => {
      await plane.api.post('/api/v1/nodes', {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'moves' },
        spec: { podCIDR: '10.244.3.0/24', podCIDRs: ['10.244.3.0/24'] },
      });
    },
  });
  const ran = await run('moves');
  t.is(ran.code, 0, ran.stderr);
  const after = await getNode(plane, 'moves');
  t.is(after.spec?.podCIDR, '10.244.255.0/24');
  t.deepEqual(comparable(after), comparable(before));
});

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGTSTP'] as const) {
  test.serial(
    `one ${signal} while the server is away and the Node absent: the Node comes back with the server`,
    async (t) => {
      const before = await getNode(plane, 'moves');
      let child: import('node:child_process').ChildProcess | undefined;
      let refused = 0;
      proxy.decide((request) => {
        if (!isPost(request) || refused === 30) return { kind: 'pass' };
        if (refused === 0) child?.kill(signal);
        refused += 1;
        return { kind: 'reset' };
      });
      const ran = await runPodcidr(['reassign', 'moves', '--yes', NO_RESTART], {
        kubeconfig: proxy.kubeconfig,
        onStart: (started) => {
          child = started;
        },
      });
      t.is(ran.code, 0, ran.stderr);
      t.regex(ran.stderr, new RegExp(`^${signal}: finishing the node in hand`, 'm'));
      const after = await getNode(plane, 'moves');
      t.is(after.spec?.podCIDR, '10.244.255.0/24');
      t.deepEqual(comparable(after), comparable(before));
    },
  );
}

test.serial(
  'told again and again to stop while the Node is absent: exit 3, and the command that is printed brings the Node back',
  async (t) => {
    const before = await getNode(plane, 'moves');
    let child: import('node:child_process').ChildProcess | undefined;
    proxy.decide((request) => {
      if (!isPost(request)) return { kind: 'pass' };
      child?.kill('SIGTERM');
      return { kind: 'reset' };
    });
    const cluster = [`--kubeconfig=${proxy.kubeconfig}`, '--context=proxy'];
    const ran = await runPodcidr(['reassign', 'moves', '--yes', NO_RESTART, ...cluster], {
      onStart: (started) => {
        child = started;
      },
    });
    t.is(ran.code, 3, ran.stderr);
    t.is(await plane.api.find('/api/v1/nodes/moves'), undefined, 'the Node is absent');
    proxy.decide(() => ({ kind: 'pass' }));
    const [, command = ''] = /kubectl (create -f \/\S+ .*)/.exec(ran.stderr) ?? [];
    t.true(command.endsWith(` ${cluster.join(' ')}`), `whatever cluster is the current one: ${ran.stderr}`);
    const created = await plane.kubectl(command.split(' '));
    t.is(created.code, 0, created.stderr);
    const after = await getNode(plane, 'moves');
    t.is(after.spec?.podCIDR, '10.244.255.0/24');
    t.deepEqual(after.metadata.labels, before.metadata.labels);
  },
);

test.serial('killed between DELETE and POST: the file on disk brings the Node back', async (t) => {
  let child: import('node:child_process').ChildProcess | undefined;
  once(isPost, { kind: 'then', before: async () => void child?.kill('SIGKILL') });
  proxy.decide((request) => {
    if (!isPost(request)) return { kind: 'pass' };
    child?.kill('SIGKILL');
    return { kind: 'reset' };
  });
  const ran = await runPodcidr(['reassign', 'moves', '--yes', NO_RESTART, '--state-dir', `${plane.dir}/state`], {
    kubeconfig: proxy.kubeconfig,
    onStart: (started) => {
      child = started;
    },
  });
  t.is(ran.signal, 'SIGKILL');
  const found = await plane.kubectl(['create', '-R', '-f', `${plane.dir}/state`, '--dry-run=client', '-o', 'name']);
  t.regex(found.stdout, /node\/moves/);
});

test.serial('a Node that somebody else deletes at the last moment is not brought back', async (t) => {
  once(isDelete, { kind: 'then', before: () => plane.api.delete('/api/v1/nodes/moves') });
  const ran = await run('moves');
  t.is(ran.code, 3, ran.stderr);
  t.regex(ran.stderr, /somebody else deleted it.*kubectl create -f \//s);
  t.is(await plane.api.find('/api/v1/nodes/moves'), undefined);
});

test.serial('a writer without end stops the move before the DELETE and is named', async (t) => {
  const before = await getNode(plane, 'moves');
  proxy.decide((request) =>
    isDelete(request)
      ? {
          kind: 'then',
          before: async () =>
            void (await plane.api.patch('/api/v1/nodes/moves', {
              metadata: { labels: { at: `${performance.now()}` } },
            })),
        }
      : { kind: 'pass' },
  );
  const ran = await run('moves');
  t.is(ran.code, 3, ran.stderr);
  t.regex(ran.stderr, /changed 20 times.*last by .*podcidr-tests/);
  t.is((await getNode(plane, 'moves')).metadata.uid, before.metadata.uid);
});

test.serial(
  'a journal that fails while a bare Node is in the way does not end the work: the Node comes back',
  async (t) => {
    let bare = false;
    let failures = 0;
    proxy.decide((request) => {
      if (isPost(request) && !bare) {
        bare = true;
        return {
          kind: 'then',
          before: async () => {
            await plane.api.post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'moves' } });
          },
        };
      }
      if (!bare || failures === 3 || !request.path.includes('/configmaps/kubectl-podcidr')) return { kind: 'pass' };
      failures += 1;
      return refusal(500, 'InternalError');
    });
    const ran = await run('moves');
    t.is(ran.code, 0, ran.stderr);
    t.is(failures, 3);
    t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');
  },
);

test.serial('a server that stumbles after the POST strands nothing: dependents are owned again', async (t) => {
  const before = await getNode(plane, 'moves');
  await createOwned(plane, before);
  let posted = false;
  let stumbles = 0;
  proxy.decide((request) => {
    if (isPost(request)) posted = true;
    else if (posted && stumbles < 6 && request.method !== 'GET') {
      stumbles += 1;
      return stumbles % 2 === 0 ? { kind: 'reset' } : refusal(503, 'ServiceUnavailable');
    }
    return { kind: 'pass' };
  });
  const ran = await run('moves');
  t.is(ran.code, 0, ran.stderr);
  const after = await getNode(plane, 'moves');
  t.is((await plane.api.get(OWNED)).metadata.ownerReferences?.[0]?.uid, after.metadata.uid);
  t.deepEqual(comparable(after), comparable(before));
});

test.serial('Ctrl-C finishes the node in hand, begins no other, and says how to go on: exit 3', async (t) => {
  await plane.api.post('/api/v1/nodes', node('third', { podCIDRs: ['10.244.77.0/24'] }));
  let child: import('node:child_process').ChildProcess | undefined;
  once(isDelete, { kind: 'then', before: () => void child?.kill('SIGINT') });
  const ran = await runPodcidr(['reassign', 'moves', 'third', '--yes', NO_RESTART], {
    kubeconfig: proxy.kubeconfig,
    onStart: (started) => {
      child = started;
    },
  });
  t.is(ran.code, 3, ran.stderr);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');
  t.is((await getNode(plane, 'third')).spec?.podCIDR, '10.244.77.0/24');
  t.regex(ran.stderr, /Not begun: third.*kubectl podcidr resume \d{8}-/s);
});

test.serial('a terminal that is gone and pipes that are closed end nothing', async (t) => {
  const program = ['node', 'test/main.ts', 'reassign', 'moves', '--yes', NO_RESTART].join(' ');
  const ran = await new Promise<number | null>((resolve) => {
    const shell = spawn('sh', ['-c', `${program} >&- 2>/dev/full`], {
      cwd: ROOT,
      env: { PATH: process.env.PATH ?? '', HOME: TEST_HOME, KUBECONFIG: proxy.kubeconfig },
      stdio: 'ignore',
    });
    shell.on('close', resolve);
  });
  t.is(ran, 0);
  t.is((await getNode(plane, 'moves')).spec?.podCIDR, '10.244.255.0/24');
});

test.serial('a bare Node that gives way has a journal entry of its own', async (t) => {
  once(isPost, {
    kind: 'then',
    before: async () => {
      await plane.api.post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'moves' } });
    },
  });
  const ran = await run('moves');
  t.is(ran.code, 0, ran.stderr);
  const maps = await plane.api.list(
    '/api/v1/namespaces/kube-system/configmaps?labelSelector=kubectl-podcidr/operation,!kubectl-podcidr/state',
  );
  t.deepEqual(
    maps
      .map(({ metadata: { name } }) => name.replace(/^.*-bare-.*$/, 'bare').replace(/^kubectl-podcidr-.*$/, 'whole'))
      .sort(),
    ['bare', 'whole'],
  );
});
