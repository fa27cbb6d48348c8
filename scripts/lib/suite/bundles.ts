import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../build/bundle.ts';
import { ROOT } from '../places.ts';

const ENTRIES = ['main', 'main-file-faults'];

let made: Promise<string> | undefined;

/**
 * Folder with the bundles of the program as tests run it (test/ENTRY.ts as ENTRY.cjs), for PODCIDR_BUNDLES: made once a suite and
 * gone with this process. A run takes half the processor time that one from source takes, and there are thousands.
 */
export function testBundles(): Promise<string> {
  made ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'podcidr-bundles-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    for (const entry of ENTRIES) await bundle(join(ROOT, `test/${entry}.ts`), join(folder, `${entry}.cjs`));
    return folder;
  })();
  return made;
}
