import type { Agent } from 'node:http';
import type { AgentOptions } from 'node:https';

/** Connections through a SOCKS proxy, made by client-node: rare, and its import costs 225 ms. */
export async function socksAgent(url: URL, proxy: string, options: AgentOptions): Promise<Agent> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'cluster', server: url.href, skipTLSVerify: true, proxyUrl: proxy },
    { name: 'user' },
  );
  const request: { agent?: Agent } = {};
  await kubeConfig.applyToHTTPSOptions(request);
  if (request.agent === undefined) throw new Error('no agent for the SOCKS proxy');
  // client-node keeps no connection alive and knows nothing of the other options.
  const agent = request.agent as Agent & { keepAlive: boolean; options: AgentOptions };
  agent.keepAlive = true;
  Object.assign(agent.options, options);
  return agent;
}
