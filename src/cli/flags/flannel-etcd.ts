import { Failure } from '../../model/failure.ts';
import type { Arguments } from '../arguments.ts';
import type { Flags } from './flag.ts';

const PREFIX = '/coreos.com/network';

/** For a flannel that keeps its subnets in etcd, by flanneld's own names. */
export const FLANNEL_ETCD_FLAGS: Flags = {
  'flannel-etcd-endpoints': {
    type: 'texts',
    value: 'URL',
    help: 'read the leases of a flannel that keeps its subnets in etcd; separated by commas',
  },
  'flannel-etcd-ca': { type: 'text', value: 'FILE', help: 'certificate authority of that etcd' },
  'flannel-etcd-cert': { type: 'text', value: 'FILE', help: 'client certificate for it' },
  'flannel-etcd-key': { type: 'text', value: 'FILE', help: 'key of the client certificate' },
  'flannel-etcd-prefix': { type: 'text', value: 'PATH', help: `flanneld's --etcd-prefix (default ${PREFIX})` },
};

/** Undefined where no endpoint was given. Throws Failure when another of these flags stands alone, or the prefix is no path. */
export function flannelStore(args: Arguments) {
  const endpoints = args.texts('flannel-etcd-endpoints').flatMap((value) => value.split(','));
  const given = ['ca', 'cert', 'key', 'prefix'].find((name) => args.text(`flannel-etcd-${name}`) !== undefined);
  if (endpoints.length === 0) {
    if (given === undefined) return undefined;
    throw new Failure(`--flannel-etcd-${given} goes with --flannel-etcd-endpoints`);
  }
  const prefix = (args.text('flannel-etcd-prefix') ?? PREFIX).replace(/\/+$/, '');
  if (!prefix.startsWith('/')) throw new Failure(`--flannel-etcd-prefix is a path that begins with /, like ${PREFIX}`);
  return {
    endpoints,
    ca: args.text('flannel-etcd-ca'),
    cert: args.text('flannel-etcd-cert'),
    key: args.text('flannel-etcd-key'),
    prefix,
  };
}
