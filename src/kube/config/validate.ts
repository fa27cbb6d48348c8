import { accessSync, constants } from 'node:fs';
import { Failure } from '../../model/failure.ts';
import { escapeLine } from '../../render/escape.ts';
import type { ExecConfig, User } from './kubeconfig.ts';
import { reading } from './load.ts';
import { checkProxy } from './proxy.ts';
import type { ResolvedConfig } from './resolve.ts';

/**
 * Throws Failure when cluster and user contradict themselves or name files that cannot be read, with every reason
 * (client-go clientcmd/validation.go: validateClusterInfo, validateAuthInfo).
 */
export function validateConfig({ clusterName, cluster, userName, user }: ResolvedConfig): void {
  const problems = [...userProblems(user, userName)];
  if (cluster.proxyURL !== undefined) problems.push(...checkProxy(cluster.proxyURL, clusterName));
  const { certificateAuthority, certificateAuthorityData } = cluster;
  if (certificateAuthority && certificateAuthorityData) {
    problems.push(`certificate-authority-data and certificate-authority are both specified for ${clusterName}`);
  }
  problems.push(...unreadable(certificateAuthority, 'certificate-authority', clusterName));
  if (problems.length > 0) throw new Failure(escapeLine(`invalid configuration: ${problems.join('; ')}`));
}

function userProblems(user: User, name: string): string[] {
  const problems: string[] = [];
  const basic = user.username || user.password;
  if (user.clientCertificate || user.clientCertificateData) {
    if (user.clientCertificate && user.clientCertificateData) {
      problems.push(`client-certificate-data and client-certificate are both specified for ${name}`);
    }
    if (user.clientKey && user.clientKeyData) {
      problems.push(`client-key-data and client-key are both specified for ${name}`);
    }
    if (!user.clientKey && !user.clientKeyData) {
      problems.push(
        `client-key-data or client-key must be specified for ${name} to use the clientCert authentication method`,
      );
    }
    problems.push(...unreadable(user.clientCertificate, 'client-cert', name));
    problems.push(...unreadable(user.clientKey, 'client-key', name));
  }
  if (user.exec !== undefined) problems.push(...execProblems(user.exec, user, name));
  if (user.token && basic) {
    problems.push(
      `more than one authentication method found for ${name}; found [token basicAuth], only one is allowed`,
    );
  }
  if (user.tokenFile && basic) problems.push('username/password or bearer token may be set, but not both');
  if ((user.asUID || user.asGroups || Object.keys(user.asUserExtra ?? {}).length > 0) && !user.as) {
    problems.push(`requesting uid, groups or user-extra for ${name} without impersonating a user`);
  }
  return problems;
}

const MODES = ['Never', 'IfAvailable', 'Always'];

function execProblems(exec: ExecConfig, user: User, name: string): string[] {
  const problems: string[] = [];
  const must = (field: string) => `${field} must be specified for ${name} to use exec authentication plugin`;
  if (user.authProvider)
    problems.push(`authProvider cannot be provided in combination with an exec plugin for ${name}`);
  if (exec.command === '') problems.push(must('command'));
  if (exec.apiVersion === '') problems.push(must('apiVersion'));
  if (exec.env.some((variable) => variable.name === '')) problems.push(must('env variable name'));
  if (exec.interactiveMode === '') problems.push(must('interactiveMode'));
  else if (!MODES.includes(exec.interactiveMode)) {
    problems.push(`invalid interactiveMode for ${name}: "${exec.interactiveMode}"`);
  }
  return problems;
}

function unreadable(file: string | undefined, what: string, name: string): string[] {
  if (!file) return [];
  try {
    accessSync(file, constants.R_OK);
    return [];
  } catch (error) {
    return [`unable to read ${what} ${file} for ${name} due to ${reading(error, file)}`];
  }
}
