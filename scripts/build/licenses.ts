import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { ROOT } from '../lib/places.ts';
import type { Platform } from './platform.ts';

interface Package {
  name: string;
  version: string;
  license: string;
  text: string;
}

const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i;

/**
 * Folders of the npm packages with code in the bundle; the innermost for nested ones.
 * Paths in a metafile are relative to the checkout, or absolute behind the name of a plugin's namespace.
 */
export function bundledPackages(metafile: Metafile): string[] {
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = files.flatMap((file) => /^(?:[\w-]+:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  return [...new Set(folders.map((folder) => resolve(ROOT, folder)))].sort();
}

function readPackage(home: string): Package {
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Package;
  const texts = readdirSync(home)
    .filter((file) => LICENSE_FILE.test(file))
    .sort()
    .map((file) => readFileSync(join(home, file), 'utf8').trim());
  if (texts.length === 0 && !manifest.license) throw new Error(`${home} has neither a licence file nor a licence name`);
  return {
    name: manifest.name,
    version: manifest.version,
    license: manifest.license,
    text: texts.join('\n\n') || `The package has no licence text; its package.json says: ${manifest.license}`,
  };
}

/** The licences of everything in the executable that is not ours: the bundled packages, and Node with what it contains. */
export function thirdPartyLicenses(metafile: Metafile, platform: Platform): string {
  const packages = bundledPackages(metafile).map(readPackage);
  const node = {
    name: 'node',
    version: platform.nodeVersion,
    license: 'MIT',
    text: readFileSync(platform.nodeLicense, 'utf8'),
  };
  const rule = '='.repeat(80);
  const sections = [...packages, node].map(
    ({ name, version, license, text }) => `${rule}\n${name} ${version} (${license})\n${rule}\n\n${text.trim()}\n`,
  );
  return `kubectl-podcidr contains the software below, each part under its own licence.\n\n${sections.join('\n')}`;
}
