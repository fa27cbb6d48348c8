import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { load } from 'js-yaml';
import { bundledPackages } from '../../scripts/build/licenses.ts';
import { hostPlatform } from '../../scripts/build/platform.ts';
import { ROOT } from '../../scripts/lib/places.ts';
import { run } from '../../scripts/lib/processes.ts';
import { PROGRAM } from './program.ts';
import { makeRelease } from './release.ts';

const work = mkdtempSync(join(tmpdir(), 'podcidr-archive-'));
test.after.always(() => rmSync(work, { recursive: true, force: true }));

/** Packs the same small stand-in for the binary from a folder of its own; only its time and rights differ. */
async function release(name: string, { mode, time }: { mode: number; time: number }) {
  const folder = join(work, name);
  mkdirSync(folder);
  const binary = join(folder, 'kubectl-podcidr');
  writeFileSync(binary, '#!/bin/sh\necho stand-in\n');
  chmodSync(binary, mode);
  utimesSync(binary, time, time);
  copyFileSync(join(dirname(PROGRAM), 'THIRD-PARTY-LICENSES'), join(folder, 'THIRD-PARTY-LICENSES'));
  return makeRelease(binary, join(folder, 'out'));
}

test('the same binary gives the same archive, byte for byte, on another day and from another folder', async (t) => {
  const first = await release('first', { mode: 0o755, time: 1_000_000_000 });
  const second = await release('second', { mode: 0o700, time: 1_700_000_000 });
  t.deepEqual(readFileSync(first.archive), readFileSync(second.archive));
});

test('the archive holds the binary, our licence and the licences of what is in the binary', async (t) => {
  const { archive } = await release('contents', { mode: 0o755, time: 1_000_000_000 });
  const { stdout } = await run('tar', ['--list', '--verbose', '--file', archive]);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/));
  t.deepEqual(
    lines.map((fields) => [fields[0], fields[1], fields.at(-1)]),
    [
      ['-rw-r--r--', '0/0', 'LICENSE'],
      ['-rw-r--r--', '0/0', 'THIRD-PARTY-LICENSES'],
      ['-rwxr-xr-x', '0/0', 'kubectl-podcidr'],
    ],
  );
  t.deepEqual((await run('tar', ['-xOf', archive, 'LICENSE'])).stdout, readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
});

test('the manifest names this version, the platforms that were built, and the checksum that krew computes', async (t) => {
  const { archive, checksums, manifest } = await release('manifest', { mode: 0o755, time: 1_000_000_000 });
  const { code, stdout } = await run('sha256sum', ['--check', checksums], { cwd: dirname(checksums) });
  t.is(code, 0, stdout);
  const [sum = ''] = readFileSync(checksums, 'utf8').split(' ');
  t.regex(sum, /^[0-9a-f]{64}$/);

  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const { spec } = load(readFileSync(manifest, 'utf8')) as {
    spec: { version: string; platforms: { selector: unknown; sha256: string; uri: string; bin: string }[] };
  };
  const { os, arch } = hostPlatform();
  t.is(spec.version, `v${version}`);
  t.is(spec.platforms.length, 1);
  t.like(spec.platforms[0], { selector: { matchLabels: { os, arch } }, sha256: sum, bin: 'kubectl-podcidr' });
  t.true(spec.platforms[0]?.uri.endsWith(archive.slice(archive.lastIndexOf('/'))));
});

test('the licences name every npm package of the bundle, Node, and what Node contains', (t) => {
  const licenses = readFileSync(join(dirname(PROGRAM), 'THIRD-PARTY-LICENSES'), 'utf8');
  for (const name of ['@kubernetes/client-node', 'cli-table3', 'js-yaml', 'netmask', 'yargs'])
    t.regex(licenses, new RegExp(`^${name} \\d`, 'm'), name);
  t.regex(licenses, /^node 24\./m);
  t.true(licenses.includes('OpenSSL'), 'parts of Node');
});

test('packages are found in a bundle, the innermost of nested ones, with and without a namespace', (t) => {
  const inputs = [
    'src/main.ts',
    'node_modules/a/x.js',
    'node_modules/@s/b/x.js',
    `lazy:${ROOT}/node_modules/a/node_modules/c/x.js`,
  ];
  const contributions = Object.fromEntries(inputs.map((path) => [path, { bytesInOutput: 1 }]));
  const output = { bytes: 1, inputs: contributions, imports: [], exports: [] };
  t.deepEqual(
    bundledPackages({ inputs: {}, outputs: { 'out.cjs': output } }),
    ['@s/b', 'a', 'a/node_modules/c'].map((name) => join(ROOT, 'node_modules', name)),
  );
});
