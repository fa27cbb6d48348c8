import { join } from 'node:path';
import { replaceFlags } from './flags.ts';
import type { PlaneFiles, PlanePlan } from './plane-files.ts';

export interface Ports {
  etcd: number;
  etcdPeer: number;
  apiServer: number;
}

/** Arguments of etcd: no fsync, because nobody will miss the data of a plane that lost its power. */
export function etcdArguments(files: PlaneFiles, ports: Ports): string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${files.path('etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

/** Arguments of kube-apiserver, the same for every version that we build. */
export function apiServerArguments(files: PlaneFiles, ports: Ports, plan: PlanePlan): string[] {
  const pki = (name: string) => files.path('pki', name);
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    `--bind-address=${plan.network ? '0.0.0.0' : '127.0.0.1'}`,
    `--advertise-address=${plan.network?.address ?? '127.0.0.1'}`,
    `--secure-port=${ports.apiServer}`,
    // Nobody knows the machines' names: exec and logs go to their addresses.
    ...(plan.network ? ['--kubelet-preferred-address-types=InternalIP'] : []),
    // The Service "kubernetes" may not have a loopback address as its endpoint.
    '--endpoint-reconciler-type=none',
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    // Without these the controller manager complains of the missing authority every few seconds.
    `--requestheader-client-ca-file=${pki('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    `--token-auth-file=${pki('tokens.csv')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pki('sa.pub')}`,
    `--service-account-signing-key-file=${pki('sa.key')}`,
    `--service-cluster-ip-range=${plan.serviceCIDR}`,
    `--audit-policy-file=${pki('audit-policy.json')}`,
    `--audit-log-path=${files.path('audit.log')}`,
    '--shutdown-delay-duration=0s',
    '--v=1',
  ];
}

/** Every request once, when it has been answered (for a watch: when it ends), with who asked. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted', 'Panic'],
  rules: [{ level: 'Metadata' }],
};

/**
 * Flags of kube-controller-manager: what kubeadm passes, with our paths. Only the client's rate limit is raised, so that
 * hundreds of new nodes get their subnets in seconds.
 */
export function controllerManagerFlags(files: PlaneFiles, port: number, plan: PlanePlan, theirs: string[]): string[] {
  const kubeconfig = files.path('users', 'kube-controller-manager.kubeconfig');
  const pki = (name: string) => files.path('pki', name);
  const ours = [
    '--allocate-node-cidrs=true',
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--client-ca-file=${pki('ca.crt')}`,
    '--cluster-cidr=10.244.0.0/16',
    '--cluster-name=kubernetes',
    '--kube-api-burst=500',
    '--kube-api-qps=300',
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=true',
    `--root-ca-file=${pki('ca.crt')}`,
    `--secure-port=${port}`,
    `--service-account-private-key-file=${pki('sa.key')}`,
    `--service-cluster-ip-range=${plan.serviceCIDR}`,
    `--tls-cert-file=${pki('controller-manager.crt')}`,
    `--tls-private-key-file=${pki('controller-manager.key')}`,
    '--use-service-account-credentials=true',
    '--v=2',
  ];
  return replaceFlags(ours, theirs);
}

/** Arguments of kube-scheduler: alone, it elects nobody. */
export function schedulerArguments(files: PlaneFiles): string[] {
  const kubeconfig = files.path('users', 'kube-scheduler.kubeconfig');
  return [
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
  ];
}

/** Arguments of kwok: it keeps every Node alive but our own, which is told apart by its host name label. */
export function kwokArguments(files: PlaneFiles, ownNode: string): string[] {
  return [
    `--config=${join(import.meta.dirname, 'kwok', 'stages.yaml')}`,
    `--kubeconfig=${files.path('users', 'kwok.kubeconfig')}`,
    `--manage-nodes-with-label-selector=kubernetes.io/hostname!=${ownNode}`,
    '--node-lease-duration-seconds=40',
  ];
}
