import { isVirtualNode } from '../../cni/virtual-node.ts';
import { compareKeepers } from '../../model/keeper.ts';
import { isNodeName } from '../../model/node-name.ts';
import { count } from '../../model/text.ts';
import type { Judge } from '../check.ts';
import { nodeNames } from '../view.ts';

/** Machines that are copies of one disk: one finding a machine id. */
export const judgeMachineIDDuplicate: Judge = ({ nodes }) => {
  const machines = nodes.filter(({ node }) => !isVirtualNode(node) && /[^0-]/.test(node.machineID ?? ''));
  return {
    findings: [...Map.groupBy(machines, ({ node }) => node.machineID ?? '')].flatMap(([id, holders]) => {
      const names = nodeNames(holders);
      if (names.length < 2) return [];
      const [, ...copies] = holders.map(({ node }) => node).sort((a, b) => compareKeepers(a, b));
      return [
        {
          severity: 'warning' as const,
          nodes: names,
          subject: { kind: 'Machine', name: id },
          message: `${count(names.length, 'node')} have the same machine id`,
          evidence: names.map((name) => `${name}: machine id ${id}`),
          remedy: renewMachineID(copies.map(({ name }) => name).filter(isNodeName)),
        },
      ];
    }),
  };
};

const RENEW = 'rm -f /etc/machine-id /var/lib/dbus/machine-id && systemd-machine-id-setup && reboot';

/** A machine that restarts takes its pods with it: they are evicted before. */
function renewMachineID([first, ...others]: string[]): string {
  if (first === undefined) return 'the names are not valid: no command can name them';
  const again = others.length === 0 ? '' : `, and the same for ${others.join(', ')}`;
  return `kubectl drain ${first} --ignore-daemonsets  # then on ${first}: ${RENEW}; when it is Ready: kubectl uncordon ${first}${again}`;
}
