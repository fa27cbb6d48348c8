import test from 'ava';
import { deleteLink, deleteRoute } from '../../../src/host/repairs.ts';
import type { NodeShell } from '../../../src/host/shell.ts';
import type { NodeRoute } from '../../../src/model/node-facts.ts';

/** A shell that answers as `ip` did, and notes what it was asked. */
function shellThat(code: number, stderr: string): NodeShell & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    node: 'n1',
    source: 'pod a/b',
    seesHost: false,
    async run(script) {
      asked.push(script);
      return { code, stdout: '', stderr };
    },
    close: async () => undefined,
  };
}

const route: NodeRoute = {
  family: 'IPv4',
  to: '10.244.255.0/24',
  via: '10.99.0.11',
  dev: 'eth0',
  type: 'unicast',
  metric: undefined,
};

test('exactly this link and this route are deleted', async (t) => {
  const shell = shellThat(0, '');
  await deleteLink(shell, 'cni0');
  await deleteRoute(shell, route);
  await deleteRoute(shell, { ...route, family: 'IPv6', to: 'fd00::/64', via: 'fd00::', dev: 'flannel-v6.1' });
  await deleteRoute(shell, { ...route, type: 'blackhole', via: undefined, dev: undefined });
  t.deepEqual(shell.asked, [
    'ip link del cni0',
    'ip route del 10.244.255.0/24 via 10.99.0.11 dev eth0',
    'ip -6 route del fd00::/64 via fd00:: dev flannel-v6.1',
    'ip route del blackhole 10.244.255.0/24',
  ]);
});

test('what is gone is deleted', async (t) => {
  await deleteLink(shellThat(1, 'Cannot find device "cni0"\n'), 'cni0');
  await deleteRoute(shellThat(2, 'RTNETLINK answers: No such process\n'), route);
  t.pass();
});

test('what is refused is told, with the command', async (t) => {
  await t.throwsAsync(deleteLink(shellThat(2, 'RTNETLINK answers: Operation not permitted\n'), 'cni0'), {
    message: 'ip link del cni0 failed on node n1 (exit code 2): RTNETLINK answers: Operation not permitted',
  });
});

test('a name cannot become another command', async (t) => {
  const shell = shellThat(0, '');
  await deleteLink(shell, 'a; reboot');
  t.deepEqual(shell.asked, ["ip link del 'a; reboot'"]);
});
