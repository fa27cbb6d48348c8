import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js';
import { Failure } from '../../model/failure.ts';
import type { Json } from '../../model/json.ts';
import { asObject, asText } from '../../model/read-json.ts';
import { escapeLine } from '../../render/escape.ts';
import type { CredentialSource, Credentials } from '../wire/endpoint.ts';
import type { Cluster, ExecConfig } from './kubeconfig.ts';

/** What a plugin may be told of the cluster (client-go pkg/apis/clientauthentication: Cluster). */
export type ExecCluster = { [field: string]: Json | undefined };

export interface ExecSurroundings {
  env: Record<string, string | undefined>;
  stdinIsTTY: boolean;
  cluster: ExecCluster;
}

/** What a plugin with provideClusterInfo gets (client-go rest/exec.go: ConfigToExecCluster); empty fields are left out. */
export function execCluster(cluster: Cluster, ca: string | undefined): ExecCluster {
  return {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.insecureSkipTLSVerify,
    'certificate-authority-data': ca && Buffer.from(ca).toString('base64'),
    'proxy-url': cluster.proxyURL,
    'disable-compression': cluster.disableCompression,
    config: cluster.execConfig ?? null,
  };
}

const LEARN =
  'it is a client-go credential plugin: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins';

/**
 * Credentials made by a program, as client-go runs it (plugin/pkg/client/auth/exec: refreshCredsLocked). client-node's ExecAuth
 * starts it and keeps its answer until that expires; KUBERNETES_EXEC_INFO, standard input, standard error, and the checks of
 * the answer are ours. Throws Failure.
 */
export function execCredentials(exec: ExecConfig, surroundings: ExecSurroundings): CredentialSource {
  if (!/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(exec.apiVersion)) {
    throw new Failure(`exec plugin: invalid apiVersion "${escapeLine(exec.apiVersion)}"`);
  }
  let runner = new Runner(exec, surroundings);
  let running: Promise<Credentials> | undefined;
  /** Several requests at once must not ask a user several times. */
  const run = () => {
    running ??= runner.credentials().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    get: run,
    refresh: async () => {
      runner = new Runner(exec, surroundings);
      await run();
      return true;
    },
  };
}

/** ExecAuth's own view of a user, and the two of its members that we need: it keeps them private. */
interface Inside {
  execFn: (command: string, args: string[], options: object) => unknown;
  getCredential(user: object): Promise<unknown>;
}

class Runner {
  readonly #exec: ExecConfig;
  readonly #interactive: boolean;
  readonly #env: Record<string, string | undefined>;
  readonly #auth = new ExecAuth() as unknown as Inside;
  #exitCode: number | null = 0;

  constructor(exec: ExecConfig, { env, stdinIsTTY, cluster }: ExecSurroundings) {
    this.#exec = exec;
    if (exec.interactiveMode === 'Always' && !stdinIsTTY) {
      throw new Failure(
        'getting credentials: exec plugin cannot support interactive mode: standard input is not a terminal',
      );
    }
    this.#interactive = exec.interactiveMode !== 'Never' && stdinIsTTY;
    const spec = { interactive: this.#interactive, ...(exec.provideClusterInfo ? { cluster } : {}) };
    this.#env = {
      ...env,
      ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify({ kind: 'ExecCredential', apiVersion: exec.apiVersion, spec }),
    };
    this.#auth.execFn = (command, args) => this.#spawn(command, args);
  }

  async credentials(): Promise<Credentials> {
    const { command, args } = this.#exec;
    try {
      // Always with arguments: ExecAuth's own environment would be this process's.
      return this.#check(await this.#auth.getCredential({ name: 'user', exec: { command, args } }));
    } catch (error) {
      throw error instanceof Failure ? error : this.#failure(error);
    }
  }

  #spawn(command: string, args: string[]): unknown {
    const stdin = this.#interactive ? 'inherit' : 'ignore';
    // What the plugin says while it waits (a code for a browser) must be seen at once, as kubectl shows it.
    const child = spawn(command, args, { env: this.#env, stdio: [stdin, 'pipe', 'inherit'] });
    child.on('close', (code) => {
      this.#exitCode = code;
    });
    return Object.assign(child, { stderr: new PassThrough() });
  }

  #failure(error: unknown): Failure {
    const { command, installHint } = this.#exec;
    const name = escapeLine(command);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') {
      const hint = installHint === '' ? LEARN : escapeLine(installHint.replaceAll(/\s+/g, ' ').trim());
      return new Failure(`getting credentials: exec: executable ${name} not found`, { hint });
    }
    if (error instanceof SyntaxError) {
      return new Failure(`getting credentials: exec plugin ${name}: decoding stdout: ${escapeLine(error.message)}`);
    }
    if (this.#exitCode !== 0) {
      // A plugin ended by a signal has no exit code: Go says -1.
      const exit = `exec: executable ${name} failed with exit code ${this.#exitCode ?? -1}`;
      return new Failure(`getting credentials: ${exit}`);
    }
    return new Failure(
      `getting credentials: exec: ${escapeLine(error instanceof Error ? error.message : String(error))}`,
    );
  }

  #check(answer: unknown): Credentials {
    const credential = asObject(answer as Json);
    const refuse = (reason: string) => new Failure(`getting credentials: ${escapeLine(reason)}`);
    if (credential.kind !== 'ExecCredential') throw refuse('decoding stdout: it is no ExecCredential');
    if (credential.apiVersion !== this.#exec.apiVersion) {
      const versions = `${this.#exec.apiVersion}, plugin returned version ${String(credential.apiVersion)}`;
      throw refuse(`exec plugin is configured to use API version ${versions}`);
    }
    if (credential.status === undefined || credential.status === null) {
      throw refuse("exec plugin didn't return a status field");
    }
    const status = asObject(credential.status);
    const token = asText(status.token);
    const cert = asText(status.clientCertificateData) || undefined;
    const key = asText(status.clientKeyData) || undefined;
    if (!token && !cert && !key) throw refuse("exec plugin didn't return a token or cert/key pair");
    if ((cert === undefined) !== (key === undefined)) {
      throw refuse('exec plugin returned only certificate or key, not both');
    }
    return { authorization: token ? `Bearer ${token}` : undefined, cert, key };
  }
}
