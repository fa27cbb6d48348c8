import type { ConnectionFlags } from '../../model/connection.ts';
import type { Arguments } from '../arguments.ts';
import type { Flags } from './flag.ts';

/** kubectl's connection flags, by its names; kubectl refuses them before a plugin's name, so every command knows them. */
export const CONNECTION_FLAGS: Flags = {
  kubeconfig: { type: 'text', value: 'FILE', help: 'kubeconfig file to use' },
  context: { type: 'text', value: 'NAME', help: 'context of the kubeconfig to use' },
  cluster: { type: 'text', value: 'NAME', help: 'cluster of the kubeconfig to use' },
  user: { type: 'text', value: 'NAME', help: 'user of the kubeconfig to use' },
  server: { type: 'text', short: 's', value: 'URL', help: 'address of the API server' },
  token: { type: 'text', value: 'TOKEN', help: 'bearer token for the API server' },
  'tls-server-name': { type: 'text', value: 'NAME', help: "name to check the server's certificate against" },
  'insecure-skip-tls-verify': { type: 'bool', help: "do not check the server's certificate" },
  'certificate-authority': { type: 'text', value: 'FILE', help: "certificate of the server's authority" },
  'client-certificate': { type: 'text', value: 'FILE', help: 'client certificate' },
  'client-key': { type: 'text', value: 'FILE', help: 'key of the client certificate' },
  as: { type: 'text', value: 'USER', help: 'user to impersonate' },
  'as-group': { type: 'texts', value: 'GROUP', help: 'group to impersonate, may be repeated' },
  'as-uid': { type: 'text', value: 'UID', help: 'uid to impersonate' },
  v: { type: 'text', value: 'LEVEL', help: 'from 6 on every request to the server is told on stderr' },
  'request-timeout': {
    type: 'text',
    value: 'DURATION',
    help: 'time to wait for one answer of the server, for example 30s; 0 waits without end (default: 65s until it begins)',
  },
};

export function connectionFlags(args: Arguments): ConnectionFlags {
  return {
    kubeconfig: args.text('kubeconfig'),
    context: args.text('context'),
    cluster: args.text('cluster'),
    user: args.text('user'),
    server: args.text('server'),
    token: args.text('token'),
    tlsServerName: args.text('tls-server-name'),
    insecureSkipTLSVerify: args.bool('insecure-skip-tls-verify'),
    certificateAuthority: args.text('certificate-authority'),
    clientCertificate: args.text('client-certificate'),
    clientKey: args.text('client-key'),
    as: args.text('as'),
    asGroups: args.texts('as-group'),
    asUID: args.text('as-uid'),
    verbosity: args.text('v'),
    requestTimeout: args.text('request-timeout'),
  };
}
