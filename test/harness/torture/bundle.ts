import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../../scripts/build/bundle.ts';
import { ROOT } from '../../../scripts/lib/places.ts';

let made: Promise<string> | undefined;

/**
 * Path of the bundle with short waits and faults of the disk: the suite's, or made once a process. It starts in half the time of
 * the source, which counts when there are thousands of runs.
 */
export function shortWaitsBundle(): Promise<string> {
  made ??= (async () => {
    const { PODCIDR_BUNDLES: bundles } = process.env;
    if (bundles) return join(bundles, 'main-file-faults.cjs');
    const folder = mkdtempSync(join(tmpdir(), 'podcidr-bundle-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'podcidr.cjs');
    await bundle(join(ROOT, 'test/main-file-faults.ts'), file);
    return file;
  })();
  return made;
}
