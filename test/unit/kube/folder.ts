import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** A folder of its own for one test, removed after it. Returns its path; `files` holds contents by relative path. */
export function folder(t: ExecutionContext, files: Record<string, string | Buffer> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'podcidr-kube-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}
