import { shellWord } from '../../model/text.ts';
import type { ExpectedNode } from './expected.ts';

/**
 * Commands that need only the node's network, through the CNI's pod where it runs; else for a shell on the node. They work when
 * pasted. `note` says what is to be done then.
 */
export function onNetwork(expected: ExpectedNode, commands: string[], note?: string): string {
  const { agent, name } = expected;
  const end = note === undefined ? '' : `  # ${note}`;
  if (!agent?.running) return `${commands.join(' && ')}  # on node ${name}${note === undefined ? '' : `; ${note}`}`;
  const exec = `kubectl exec -n ${agent.namespace} ${agent.name} -c ${agent.container} --`;
  const [first = '', ...more] = commands;
  return `${exec} ${more.length === 0 ? first : `sh -c ${shellWord(commands.join(' && '))}`}${end}`;
}

/** Commands that need the node's own files or settings, for a shell on the node. */
export function onHost({ name }: ExpectedNode, command: string, note?: string): string {
  return `${command}  # on node ${name}${note === undefined ? '' : `; ${note}`}`;
}

/** Starts the CNI on the node again. */
export function restarts({ agent, isK3s, name, cni }: ExpectedNode): string {
  if (agent) return `kubectl delete pod -n ${agent.namespace} ${agent.name}`;
  if (isK3s) return `systemctl restart k3s-agent  # on node ${name}; k3s on a server`;
  return `restart ${cni ?? 'the CNI'} on node ${name}`;
}
