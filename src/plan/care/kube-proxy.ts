import type { RawObject } from '../../model/json.ts';
import type { LeftToDo } from '../../model/left-to-do.ts';
import { asObject, asText } from '../../model/read-json.ts';

/** True when kube-proxy's configuration (config.conf in ConfigMap kube-system/kube-proxy) tells it to know local pods by the node's subnet. */
export function detectsByNodeCIDR(config: Record<string, string>): boolean {
  return Object.values(config).some((text) => /^\s*["']?detectLocalMode["']?:\s*["']?NodeCIDR\b/m.test(text));
}

/**
 * A kube-proxy that knows local pods by its node's subnet. It exits by itself when that changes, and starts again, from 1.24.17
 * on (cmd/kube-proxy NodePodCIDRHandler); older ones keep the former one.
 */
export function kubeProxyLeft({ node, raw }: { node: string; raw: RawObject }): LeftToDo[] {
  const { kubeProxyVersion, kubeletVersion } = asObject(asObject(raw.status).nodeInfo);
  if (exitsByItself(asText(kubeProxyVersion) || asText(kubeletVersion))) return [];
  return [
    {
      what: `restart kube-proxy on ${node}, which takes the former subnet for the node's pods`,
      commands: [`kubectl delete pod -n kube-system -l k8s-app=kube-proxy --field-selector spec.nodeName=${node}`],
    },
  ];
}

function exitsByItself(version: string | undefined): boolean {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version ?? '');
  if (!match) return false;
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number);
  return major > 1 || minor > 24 || (minor === 24 && patch >= 17);
}
