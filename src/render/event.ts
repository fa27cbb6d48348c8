import type { OperationManifest, OperationRecord } from '../model/operation.ts';

/** What an Event tells of a move that is done. `by`: user@host of who carried it out. */
export function eventMessage(
  { verb, operation, of }: Pick<OperationManifest, 'verb' | 'operation' | 'of'>,
  { from, to, step }: Pick<OperationRecord, 'from' | 'to' | 'step'>,
  by: string,
): string {
  const [former, present] = [subnets(from), subnets(to)];
  const change = from.length > 0 ? `changed from ${former} to ${present}` : `set to ${present}`;
  const which = `by ${by} (operation ${operation}${of === undefined ? '' : `, which rolls back ${of}`})`;
  if (step === 'undone') return `Node created again with its former pod CIDR ${former} ${which}`;
  if (verb === 'restore') return `Node created again from a backup, pod CIDR ${present}, ${which}`;
  if (verb === 'reset') return `Node created again without a pod CIDR; pod CIDR ${change} ${which}`;
  if (verb === 'rollback') return `pod CIDR changed back from ${former} to ${present} ${which}`;
  return `pod CIDR ${change} ${which}`;
}

function subnets(podCIDRs: string[]): string {
  return podCIDRs.join(',') || '<none>';
}
