import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { Failure } from '../../model/failure.ts';
import { escapeLine } from '../../render/escape.ts';
import type { CredentialSource } from '../wire/endpoint.ts';

/**
 * Credentials of an auth-provider (oidc, and the ones kubectl no longer has: gcp, azure), wholly by client-node. Unlike kubectl
 * it does not write renewed tokens back into the kubeconfig. Throws Failure.
 */
export function providerCredentials(authProvider: { name: string; config: Record<string, string> }): CredentialSource {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'cluster', server: 'https://localhost', skipTLSVerify: false },
    { name: 'user', authProvider },
  );
  return {
    get: async () => {
      const options: { headers?: Record<string, string> } = {};
      try {
        await kubeConfig.applyToHTTPSOptions(options);
      } catch (error) {
        const reason = escapeLine(error instanceof Error ? error.message : String(error));
        throw new Failure(`getting credentials: auth-provider ${escapeLine(authProvider.name)}: ${reason}`);
      }
      return { authorization: options.headers?.Authorization };
    },
  };
}
