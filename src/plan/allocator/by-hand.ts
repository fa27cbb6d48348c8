import { shellWord } from '../../model/text.ts';
import type { Replica } from './replica.ts';

/** What is known when a restart is left to the operator. */
export interface Left {
  /** Nodes whose subnets it may hand out again. */
  endangered: string[];
  /** Undefined: unknown. */
  version?: string | undefined;
  hazard?: { why: string; nodes: string[] } | undefined;
  elects: boolean;
  leader?: Replica | undefined;
  /** Node whose k3s server has it inside. */
  host?: string | undefined;
}

/** A foreign name in the lease makes the leader exit after 10 s (leaderelection.go:renew). */
const RESTART_BY_LEASE = `kubectl -n kube-system patch lease kube-controller-manager --type=merge -p '{"spec":{"holderIdentity":"restart"}}'`;

/** Nodes that are named before the rest is counted. */
const NAMED = 5;

/** What is left to do, and the commands. */
export function byHand(left: Left): string[] {
  return [danger(left), ...commands(left)];
}

/** The sentence that says what may happen. */
function danger({ version, endangered }: Left): string {
  const rest = endangered.length - NAMED;
  const names = `${endangered.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const which = version ?? 'of an unknown version';
  return `Left to do: kube-controller-manager ${which} may hand out again what ${names} ${endangered.length === 1 ? 'holds' : 'hold'}, until its leader is restarted`;
}

function commands({ hazard, elects, leader, host }: Left): string[] {
  if (hazard) {
    const cure = hazard.nodes.slice(0, NAMED).map(shellWord).join(' ');
    const first = cure === '' ? [] : [`  kubectl podcidr reassign ${cure}${hazard.nodes.length > NAMED ? ' …' : ''}`];
    return [
      `It was not restarted: ${hazard.why}. First cure that, then restart it:`,
      ...first,
      `  ${RESTART_BY_LEASE}`,
    ];
  }
  if (host !== undefined)
    return [`It is part of the k3s server: restart that:`, `  systemctl restart k3s  # on ${host}`];
  if (!leader) {
    return [
      'If it is older than 1.31.4, and starts again by itself where it runs, this makes it exit after about 10 s:',
      `  ${RESTART_BY_LEASE}`,
    ];
  }
  if (!leader.isStatic) return ['Restart it with:', `  kubectl -n kube-system delete pod ${shellWord(leader.pod)}`];
  if (!elects) {
    return [
      'It runs without leader election, so only its host can restart it:',
      `  crictl stop $(crictl ps -q --name kube-controller-manager)  # on ${leader.node}`,
    ];
  }
  return ['Restart it with this, which makes it exit after about 10 s and start again:', `  ${RESTART_BY_LEASE}`];
}
