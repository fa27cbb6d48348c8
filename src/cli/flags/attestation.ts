import { DELETION_WATCHERS } from '../../model/surroundings.ts';
import type { Arguments } from '../arguments.ts';
import type { Flags } from './flag.ts';

/** What the operator vouches for, of every command that deletes Nodes. */
export const ATTESTATION_FLAGS: Flags = {
  'machine-paused': {
    type: 'bool',
    help: 'attest that no machine controller acts while the Node is gone for a moment',
  },
  'offline-node': {
    type: 'bool',
    help: 'take nodes too whose kubelet does not report (Ready is Unknown): only the API is changed',
  },
  ignore: {
    type: 'texts',
    value: 'NAME[,NAME]',
    help: `controllers whose deed on the deletion of a Node does no harm here: ${DELETION_WATCHERS.join(', ')}`,
  },
  'ignore-unlisted': { type: 'bool', help: 'go on although some kinds could not be searched for what the Node owns' },
};

/** The values of these flags. */
export function attestationFlags(args: Arguments) {
  return {
    machinePaused: args.bool('machine-paused') ?? false,
    offlineNode: args.bool('offline-node') ?? false,
    ignored: args.texts('ignore'),
    ignoreUnlisted: args.bool('ignore-unlisted') ?? false,
  };
}
