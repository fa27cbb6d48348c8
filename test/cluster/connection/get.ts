import { parseArgs } from 'node:util';
import { connect } from '../../../src/kube/connect.ts';
import { ApiError } from '../../../src/kube/wire/api-error.ts';
import { requestJSON } from '../../../src/kube/wire/json.ts';
import { WireError } from '../../../src/kube/wire/wire-error.ts';
import { Failure } from '../../../src/model/failure.ts';

// The smallest program that uses the connection: `kubectl get --raw /api/v1/nodes` with our code.

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    kubeconfig: text,
    context: text,
    cluster: text,
    user: text,
    server: { ...text, short: 's' },
    token: text,
    'tls-server-name': text,
    'insecure-skip-tls-verify': { type: 'boolean' },
    'certificate-authority': text,
    'client-certificate': text,
    'client-key': text,
    as: text,
    'as-group': { ...text, multiple: true },
    'as-uid': text,
    'request-timeout': text,
  },
});

try {
  const flags = {
    ...values,
    tlsServerName: values['tls-server-name'],
    insecureSkipTLSVerify: values['insecure-skip-tls-verify'],
    certificateAuthority: values['certificate-authority'],
    clientCertificate: values['client-certificate'],
    clientKey: values['client-key'],
    asGroups: values['as-group'],
    asUID: values['as-uid'],
    requestTimeout: values['request-timeout'],
  };
  const stdinIsTTY = process.stdin.isTTY === true;
  const wire = await connect(flags, { env: process.env, version: 'test', stdinIsTTY });
  const { body } = await requestJSON(wire, { method: 'GET', path: '/api/v1/nodes' });
  process.stdout.write(`${JSON.stringify(body)}\n`);
  wire.close();
} catch (error) {
  if (error instanceof ApiError) process.stderr.write(`${error.describe}\n`);
  else if (error instanceof WireError) process.stderr.write(`${error.message}\n`);
  else if (error instanceof Failure)
    process.stderr.write(`error: ${error.message}\n${error.hint ? `${error.hint}\n` : ''}`);
  else throw error;
  process.exitCode = 2;
}
