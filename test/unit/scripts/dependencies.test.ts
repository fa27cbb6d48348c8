import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { ROOT } from '../../../scripts/lib/places.ts';

/** Rows of the tables of docs/DEPENDENCIES.md: the names in the first cell, the version in the second. */
function documented(): string[] {
  const rows = readFileSync(join(ROOT, 'docs/DEPENDENCIES.md'), 'utf8').matchAll(
    /^\| ([^|]+) \| (v?\d[^|]*) \| [^|]+ \|/gm,
  );
  return [...rows]
    .flatMap(([, names = '', version = '']) => names.split(', ').map((name) => `${name} ${version}`))
    .sort();
}

function npmPackages(): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'];
  return kinds.flatMap((kind) => Object.entries(manifest[kind] ?? {}).map(([name, version]) => `${name} ${version}`));
}

/** The module that each go.mod builds tools from, at the version it requires. */
function goModules(): string[] {
  const components = join(ROOT, 'scripts/components');
  const folders = readdirSync(components, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => {
    const text = readFileSync(join(components, name, 'go.mod'), 'utf8');
    const required = [...text.matchAll(/^(?:require )?\s*(\S+) (v\S+)/gm)].map(([, module = '', version = '']) => ({
      module,
      version,
    }));
    const tools = [...text.matchAll(/^(?:tool )?\s*([\w.-]+\.[\w.]+\/\S+)$/gm)].map(([, path = '']) => path);
    const used = required.filter(({ module }) =>
      tools.some((tool) => tool === module || tool.startsWith(`${module}/`)),
    );
    return [...new Set(used.map(({ module, version }) => `${module} ${version}`))];
  });
}

test('docs/DEPENDENCIES.md gives a reason for every dependency, at the version in use, and for nothing else', (t) => {
  t.deepEqual(documented(), [...npmPackages(), ...goModules()].sort());
});
