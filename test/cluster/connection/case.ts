import { base64, type World } from './world.ts';

/** One way to name a server and a user. Both programs run it; what the server sees of them must be equal. */
export interface Case {
  name: string;
  /** Files to write first, by path below the folder. */
  files?: Record<string, string | object>;
  /** KUBECONFIG: files below the folder; default: the file `config` when there is one. */
  kubeconfig?: string[];
  env?: Record<string, string>;
  args?: string[];
  /**
   * `reaches`: both are answered, or refused, by a server, as the same user; `fails`: neither reaches one, or no credential is
   * made.
   */
  expect: 'reaches' | 'fails';
  /** What both say when it fails. */
  says?: RegExp;
  /** A plugin speaks too: more than three lines may be said. */
  chatty?: boolean;
  /** Older kubectls do otherwise (they refuse it, or `get --raw` forgets the path of the server): not compared with them. */
  kubectlSince?: number;
}

export type Cases = (world: World) => Case[];

/** Entries of a kubeconfig by name. */
export interface Entries {
  current?: string;
  clusters?: Record<string, object>;
  users?: Record<string, object>;
  /** Cluster and user by context name. */
  contexts?: Record<string, [cluster: string, user: string]>;
}

/** A kubeconfig in JSON, which is YAML too. */
export function kubeconfig({ current, clusters = {}, users = {}, contexts = {} }: Entries): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    ...(current === undefined ? {} : { 'current-context': current }),
    clusters: Object.entries(clusters).map(([name, cluster]) => ({ name, cluster })),
    users: Object.entries(users).map(([name, user]) => ({ name, user })),
    contexts: Object.entries(contexts).map(([name, [cluster, user]]) => ({ name, context: { cluster, user } })),
  };
}

/** The plane's cluster as a kubeconfig has it. */
export function plane({ plane: { server }, ca }: World): Record<string, unknown> {
  return { server, 'certificate-authority-data': base64(ca) };
}

/** A kubeconfig with this user in the plane's cluster, changed by `cluster`. */
export function single(world: World, user: object, cluster: object = {}): object {
  return kubeconfig({
    current: 'only',
    clusters: { plane: { ...plane(world), ...cluster } },
    users: { me: user },
    contexts: { only: ['plane', 'me'] },
  });
}
