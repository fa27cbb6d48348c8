import { type FaultProxy, startFaultProxy } from '../../test/harness/fault-proxy.ts';
import { type Shell, type Typed, tell } from './shell.ts';

/** The program is killed while this one of the moved nodes is absent. */
const KILLED_AT = 5;

/** What the cure works with. `home`: of the operator's machine, and of a colleague's, which has none of its files. */
export interface Scene {
  shell: Shell;
  plane: { dir: string; kubeconfig: string; server: string };
  home: { own: string; other: string };
}

/**
 * The fleet's pods have no controller, so draining asks for --force: an operator would have looked first whether somebody
 * needs them.
 */
const REASSIGN = 'kubectl podcidr reassign --invalid --force';

/** Shows what an operator would do: look, find, plan, cure, lose the program in the middle, go on, and look again. */
export async function cure({ shell, plane, home }: Scene): Promise<void> {
  await shell.type('kubectl podcidr list', { excerpt: { first: 5, last: 14 } });
  expect(await shell.type('kubectl podcidr validate', { excerpt: { first: 13, last: 24 } }), 1);
  expect(await shell.type(`${REASSIGN} --dry-run=client`, { excerpt: { first: 33, last: 2 } }), 0);
  const victim = await killInTheMiddle(shell, plane);
  await shell.type(`kubectl get node ${victim}`);
  await shell.type('kubectl podcidr operations');
  tell('Running, as far as anyone can tell: the lock of the dead expires 15 s after its last renewal.');
  tell('A colleague goes on, from another machine without those files: all that is needed is in the cluster.');
  const resumed = await shell.type('kubectl podcidr resume --yes', {
    env: { HOME: home.other },
    excerpt: { first: 8, last: 8 },
    words: { first: 6, last: 5 },
  });
  expect(resumed, 0);
  await shell.type('kubectl podcidr operations');
  await shell.type(`kubectl podcidr list ${victim}`);
  expect(await shell.type('kubectl podcidr validate'), 0);
}

/** Kills the program between a DELETE and the POST: its requests go through a proxy that sees them. Resolves with the Node. */
async function killInTheMiddle(shell: Shell, plane: Scene['plane']): Promise<string> {
  const proxy = await startFaultProxy(plane);
  try {
    let victim = '';
    const killed = await shell.type(`${REASSIGN} --yes`, {
      env: { KUBECONFIG: proxy.kubeconfig },
      words: { first: 0, last: 3 },
      onStart: (child) => {
        victim = '';
        strike(proxy, (node) => {
          victim = node;
          child.kill('SIGKILL');
        });
      },
    });
    if (killed.code !== undefined) throw new Error(`it was not killed, and ended with ${killed.code}`);
    tell(`It was killed (SIGKILL) between the DELETE and the POST of ${victim}.`);
    return victim;
  } finally {
    await proxy.close();
  }
}

/** From the kill on nothing of the program reaches the server. */
function strike(proxy: FaultProxy, kill: (node: string) => void): void {
  let posts = 0;
  proxy.decide(({ method, path, body }) => {
    if (method === 'POST' && /^\/api\/v1\/nodes(\?|$)/.test(path)) {
      posts += 1;
      if (posts === KILLED_AT) kill(JSON.parse(body).metadata.name);
    }
    return posts >= KILLED_AT ? { kind: 'reset' } : { kind: 'pass' };
  });
}

function expect({ code }: Typed, wanted: number): void {
  if (code !== wanted) throw new Error(`the last command ended with ${code}, not ${wanted}`);
}
