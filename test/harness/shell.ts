import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/lib/places.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Shown } from './walkthrough.ts';

/** Commands that ask on a terminal. */
const ASKS = /^kubectl podcidr (reassign|reset|restore|resume|rollback) (?!.*--(yes|dry-run))/;

/**
 * A shell of an administrator of the plane: runs a line as somebody does who has pasted it, with that version's kubectl, the program
 * as its plugin, and what else `tools` has: a program by its name. A command that asks is run on a terminal, and answered with y.
 */
export function openShell(
  plane: ControlPlane,
  { tools = {}, editor = 'true' }: { tools?: Record<string, string>; editor?: string } = {},
): (line: string) => Promise<Shown> {
  const bin = join(plane.dir, 'plugin');
  mkdirSync(bin, { recursive: true });
  const plugin = join(bin, 'kubectl-podcidr');
  writeFileSync(plugin, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'test/main.ts')}' "$@"\n`);
  chmodSync(plugin, 0o755);
  for (const [name, file] of Object.entries(tools)) symlinkSync(file, join(bin, name));
  const env = {
    PATH: [bin, join(plane.dir, 'bin'), process.env.PATH].join(':'),
    HOME: plane.dir,
    KUBECONFIG: plane.kubeconfig,
    // Shows no line that is erased again.
    TERM: 'dumb',
    KUBE_EDITOR: editor,
  };
  return (line) =>
    new Promise((resolve, reject) => {
      const [file, ...args] = ASKS.test(line)
        ? ['script', '-qec', line, '/dev/null']
        : ['sh', '-c', `{ ${line}\n} 2>&1`];
      // What a line writes goes with the plane.
      const child = spawn(file ?? '', args, { cwd: plane.dir, env, stdio: ['pipe', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (text.endsWith('[y/N] ')) child.stdin.write('y\n');
      });
      if (!ASKS.test(line)) child.stdin.end();
      child.on('error', reject);
      child.on('close', (code) => resolve({ output: output.replaceAll('\r', ''), code: code ?? 1 }));
    });
}
