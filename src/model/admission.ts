import type { Reading } from './reading.ts';

/** What of a Node's move an admission configuration takes part in. */
export type NodeOperation = 'CREATE' | 'DELETE';

/** A pod behind a webhook's Service, as its EndpointSlices tell. */
export interface ServingPod {
  /** Undefined: outside of the cluster's nodes. */
  node: string | undefined;
  /** True when it is ready and its node is Ready, as far as can be told. */
  alive: boolean;
}

/** Who answers for it: an address, the pods of a Service, or (for policies) the API server itself. */
export type AdmissionBackend =
  | { kind: 'url'; url: string }
  | { kind: 'service'; service: string; pods: Reading<ServingPod[]> }
  | { kind: 'server' };

/** A webhook, or a policy that is bound, that may have its say when a Node is created or deleted. */
export interface AdmissionHook {
  /** For words: ValidatingWebhookConfiguration/policy.example.com. */
  configuration: string;
  /** The webhook's name in its configuration; of a policy, its own. */
  name: string;
  operations: NodeOperation[];
  failurePolicy: 'Fail' | 'Ignore';
  backend: AdmissionBackend;
}
