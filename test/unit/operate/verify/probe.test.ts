import test from 'ava';
import type { RawObject } from '../../../../src/model/json.ts';
import { isLeftOver } from '../../../../src/operate/verify/left-over.ts';
import { judgeNewPod } from '../../../../src/operate/verify/new-pod.ts';
import { probePod } from '../../../../src/operate/verify/probe-pod.ts';
import { probeState, sandboxFailure } from '../../../../src/operate/verify/probe-state.ts';

const OWNER = { by: 'alice@bastion', pid: 4711, nonce: '1a2b3c4d' };
const PLACE = { node: 'worker-1', namespace: 'kube-flannel', image: 'flannel:1', pullSecrets: [] };
const NOW = Date.parse('2026-11-21T12:00:00Z');

/** The probe as the server has it, `age` seconds old. */
function served(age: number, status: RawObject = {}): RawObject {
  const pod = probePod('podcidr-probe-1a2b3c4d-0', PLACE, OWNER);
  const creationTimestamp = new Date(NOW - age * 1000).toISOString();
  return { ...pod, metadata: { ...(pod.metadata as RawObject), creationTimestamp }, status };
}

const self = (by: string, ...running: number[]) => ({ by, runs: (pid: number) => running.includes(pid) });

test('the probe of a process that is gone is left over, that of one that runs is not', (t) => {
  t.true(isLeftOver(served(5), self('alice@bastion'), NOW));
  t.false(isLeftOver(served(5), self('alice@bastion', 4711), NOW));
});

test('of other machines nothing is known: a probe of theirs is left over once its deadline has passed, or it has ended', (t) => {
  t.false(isLeftOver(served(5), self('bob@laptop'), NOW));
  t.false(isLeftOver(served(600), self('bob@laptop'), NOW));
  t.true(isLeftOver(served(700), self('bob@laptop'), NOW));
  t.true(isLeftOver(served(5, { phase: 'Failed' }), self('bob@laptop'), NOW));
  t.true(isLeftOver(served(5, { phase: 'Succeeded' }), self('alice@bastion', 4711), NOW));
});

test('a probe runs only once it has an address; addresses are written in one way', (t) => {
  const running = {
    containerStatuses: [
      { name: 'injected', state: { waiting: { reason: 'ErrImagePull' } } },
      { name: 'probe', state: { running: {} } },
    ],
  };
  t.deepEqual(probeState(served(1, { phase: 'Pending' }), 'i'), { state: 'starting' });
  t.deepEqual(probeState(served(1, running), 'i'), { state: 'starting' });
  const podIPs = [{ ip: '10.244.1.5' }, { ip: 'FD00:0::5' }, { ip: '1.2.3.4; reboot' }];
  t.deepEqual(probeState(served(1, { ...running, podIPs }), 'i'), {
    state: 'runs',
    addresses: ['10.244.1.5', 'fd00::5'],
  });
});

for (const [title, status, says] of [
  [
    'an image that cannot be pulled',
    {
      containerStatuses: [
        { name: 'injected', state: { waiting: { reason: 'ErrImagePull' } } },
        { name: 'probe', state: { waiting: { reason: 'ErrImagePull', message: 'no such host\nmore' } } },
      ],
    },
    'the image i cannot be pulled (ErrImagePull: no such host)',
  ],
  [
    'an image without nc',
    {
      phase: 'Failed',
      containerStatuses: [
        { name: 'injected', state: { waiting: { reason: 'ErrImagePull' } } },
        { name: 'probe', state: { terminated: { exitCode: 127, reason: 'Error' } } },
      ],
    },
    'the image i has no nc: name another with --image',
  ],
  [
    'an image without a shell',
    {
      phase: 'Failed',
      containerStatuses: [
        {
          name: 'probe',
          state: { terminated: { exitCode: 128, reason: 'StartError', message: 'exec: "sh": not found' } },
        },
      ],
    },
    'the probe ended (StartError: exec: "sh": not found)',
  ],
  [
    'a kubelet that takes no more pods',
    { phase: 'Failed', reason: 'OutOfpods', message: 'Node did not have enough resource' },
    'the probe ended (OutOfpods: Node did not have enough resource)',
  ],
] as const) {
  test(`a probe that never runs says why: ${title}`, (t) => {
    t.deepEqual(probeState(served(1, status as unknown as RawObject), 'i'), { state: 'over', why: says });
  });
}

test("a CNI that fails speaks through the pod's events; other warnings say nothing of it", (t) => {
  const words = 'plugin type="flannel" failed (add): failed to delegate add: failed to set bridge addr';
  t.is(
    sandboxFailure([
      'Failed: x',
      `FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: ${words}`,
      'BackOff: y',
    ]),
    words,
  );
  t.is(sandboxFailure(['BackOff: y']), undefined);
  t.is(sandboxFailure(['FailedCreatePodSandBox: cgroup trouble']), 'FailedCreatePodSandBox: cgroup trouble');
});

test('a new pod must get its addresses out of the subnets that the node has', (t) => {
  const pod = { namespace: 'n', name: 'p' };
  const judge = (podCIDRs: string[], ...addresses: string[]) => {
    const { result, why } = judgeNewPod('worker-1', podCIDRs, { state: 'ready', pod, addresses });
    return `${result}: ${why}`;
  };
  t.is(judge(['10.244.1.0/24'], '10.244.1.5'), 'pass: 10.244.1.5 of 10.244.1.0/24');
  t.is(
    judge(['10.244.9.0/24', 'fd00:9::/64'], '10.244.1.5', 'fd00:9::5'),
    'fail: a new pod got 10.244.1.5, outside 10.244.9.0/24,fd00:9::/64: restart the CNI there',
  );
  t.is(judge([], '10.244.1.5'), 'fail: a new pod got 10.244.1.5, outside no subnet: restart the CNI there');
  const { result } = judgeNewPod('worker-1', [], { state: 'impossible', why: 'x' });
  t.is(result, 'not-checked');
});
