import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type KeyPair, newAuthority } from '../../scripts/clusters/credentials.ts';
import { until } from '../../scripts/lib/processes.ts';
import type { ControlPlane } from './control-plane.ts';

/** What kube-apiserver asks an admission webhook. */
export interface Review {
  uid: string;
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  name: string;
  dryRun?: boolean;
  object: { metadata: { name: string; annotations?: Record<string, string> } } | null;
}

/** Its answer: a refusal in words, or JSON patches. */
export type Verdict = { refuse: string } | { patch: unknown[] } | 'allow';

/** A real admission webhook on loopback for the CREATE and DELETE of Nodes; it ends with `stop`. */
export interface Webhook {
  /** Decides from now on. */
  decide(judge: (review: Review) => Verdict): void;
  /** From now on it breaks off every connection. */
  fail(): void;
  stop(): Promise<void>;
}

const NAME = 'nodes.webhook.example';
const PATH = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

/** Starts the webhook and registers it; resolves when the server asks it. */
export async function startWebhook(plane: ControlPlane): Promise<Webhook> {
  const authority = await newAuthority();
  let asked = false;
  let fails = false;
  let judge: (review: Review) => Verdict = () => 'allow';
  const server = await listen(await authority.server('webhook', ['localhost'], ['127.0.0.1']), (review) => {
    asked = true;
    return fails ? undefined : judge(review);
  });
  const { port } = server.address() as AddressInfo;
  await plane.api.post(PATH, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: NAME },
    webhooks: [
      {
        name: NAME,
        admissionReviewVersions: ['v1'],
        sideEffects: 'NoneOnDryRun',
        failurePolicy: 'Fail',
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: Buffer.from(authority.ca).toString('base64'),
        },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['nodes'], operations: ['CREATE', 'DELETE'] }],
      },
    ],
  });
  const stop = async () => {
    await plane.api.delete(`${PATH}/${NAME}`);
    server.closeAllConnections();
    // Closed already: nothing is listening any more.
    await new Promise((resolve) => server.close(resolve));
  };
  const ready = await until(async () => {
    await plane.api.request('DELETE', '/api/v1/nodes/nobody?dryRun=All');
    await plane.api.request('POST', '/api/v1/nodes?dryRun=All', { metadata: { name: 'probe' } });
    return asked;
  }, 10_000);
  if (!ready) {
    await stop();
    throw new Error('kube-apiserver does not ask the webhook');
  }
  return {
    decide: (next) => {
      judge = next;
    },
    fail: () => {
      fails = true;
    },
    stop,
  };
}

async function listen({ cert, key }: KeyPair, judge: (review: Review) => Verdict | undefined): Promise<Server> {
  const server = createServer({ cert, key }, async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { request } = JSON.parse(Buffer.concat(chunks).toString()) as { request: Review };
    const verdict = judge(request);
    if (verdict === undefined) return void incoming.socket.destroy();
    outgoing.setHeader('content-type', 'application/json');
    outgoing.end(
      JSON.stringify({
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: respond(request, verdict),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function respond({ uid }: Review, verdict: Verdict) {
  if (verdict === 'allow') return { uid, allowed: true };
  if ('refuse' in verdict) return { uid, allowed: false, status: { code: 403, message: verdict.refuse } };
  return {
    uid,
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(verdict.patch)).toString('base64'),
  };
}
