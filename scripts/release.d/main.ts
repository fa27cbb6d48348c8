import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hostPlatform, projectVersion } from '../build/platform.ts';
import { ROOT } from '../lib/places.ts';
import { sha256, writeArchive } from './archive.ts';
import { renderManifest } from './manifest.ts';

const HELP = `Usage: scripts/release [--uri-base URL] [--binary FILE] [--out DIR]

Writes into DIR (default: dist):
  kubectl-podcidr_v<version>_<os>_<arch>.tar.gz  the binary, our licence and those of what it contains
  checksums.txt                                  the archive's SHA-256, for sha256sum --check
  krew/podcidr.yaml                              krew's manifest, rendered from krew-manifest.yaml

  --uri-base URL  where the archive will be downloaded from (default: this version's release at the homepage)
  --binary FILE   pack this binary, made by npm run build, instead of building one
`;

function flags() {
  try {
    return parseArgs({
      options: {
        'uri-base': { type: 'string' },
        binary: { type: 'string' },
        out: { type: 'string', default: join(ROOT, 'dist') },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    process.exit(2);
  }
}

const values = flags();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const binary = resolve(values.binary ?? join(ROOT, 'dist/kubectl-podcidr'));
if (values.binary === undefined) {
  const build = spawnSync(process.execPath, [join(ROOT, 'scripts/build/binary.ts')], { stdio: 'inherit' });
  if (build.status !== 0) process.exit(2);
}
const licenses = join(dirname(binary), 'THIRD-PARTY-LICENSES');
for (const file of [binary, licenses]) {
  if (existsSync(file)) continue;
  console.error(`error: ${file} was not found; npm run build makes it`);
  process.exit(2);
}

const { os, arch } = hostPlatform();
const version = projectVersion();
const out = resolve(values.out);
const archive = join(out, `kubectl-podcidr_v${version}_${os}_${arch}.tar.gz`);
const manifest = join(out, 'krew/podcidr.yaml');
mkdirSync(dirname(manifest), { recursive: true });

await writeArchive(archive, {
  'kubectl-podcidr': binary,
  LICENSE: join(ROOT, 'LICENSE'),
  'THIRD-PARTY-LICENSES': licenses,
});
const sum = await sha256(archive);
const checksums = join(out, 'checksums.txt');
writeFileSync(checksums, `${sum}  ${basename(archive)}\n`);
const template = readFileSync(join(ROOT, 'krew-manifest.yaml'), 'utf8');
writeFileSync(manifest, renderManifest(template, version, [{ os, arch, sha256: sum }], values['uri-base']));
for (const file of [archive, checksums, manifest]) console.log(relative(process.cwd(), file));
