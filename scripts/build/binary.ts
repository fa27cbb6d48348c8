// npm run build [-- ENTRY OUTPUT]: the program as one executable file for this platform.
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ROOT } from '../lib/places.ts';
import { bundle } from './bundle.ts';
import { thirdPartyLicenses } from './licenses.ts';
import { hostPlatform } from './platform.ts';
import { makeExecutable } from './sea.ts';

const [entry = join(ROOT, 'src/main.ts'), output = join(ROOT, 'dist/kubectl-podcidr')] = process.argv
  .slice(2)
  .map((path) => resolve(path));
const platform = hostPlatform();
mkdirSync(dirname(output), { recursive: true });

// Made in a folder beside the output and moved when whole: a build that fails or is interrupted leaves what was there before,
// and a program that is running keeps its file.
const work = mkdtempSync(`${output}.building-`);
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

async function build(): Promise<void> {
  const script = join(work, 'kubectl-podcidr.cjs');
  const metafile = await bundle(entry, script);
  const executable = join(work, 'executable');
  await makeExecutable(script, executable, platform);
  chmodSync(executable, 0o755);
  const licenses = join(work, 'licenses');
  writeFileSync(licenses, thirdPartyLicenses(metafile, platform));

  renameSync(licenses, join(dirname(output), 'THIRD-PARTY-LICENSES'));
  renameSync(executable, output);
}

try {
  await build();
  const size = `${(statSync(output).size / 1e6).toFixed(1)} MB`;
  const path = relative(process.cwd(), output);
  console.log(`${path}: ${size}, Node ${platform.nodeVersion}, ${platform.os} ${platform.arch}`);
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exit(2);
}
