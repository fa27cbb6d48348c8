import { dump, load } from 'js-yaml';

interface PlatformEntry {
  selector: { matchLabels: { os: string; arch: string } };
  uri: string;
  sha256: string;
}

interface Manifest {
  spec: { homepage: string; platforms: PlatformEntry[] };
}

/** An archive that was built. */
export interface Archive {
  /** As krew's selectors write them, for example linux and amd64. */
  os: string;
  arch: string;
  sha256: string;
}

function fill<T>(value: T, words: Record<string, string>): T {
  const text = JSON.stringify(value).replace(
    /\{\{(\w+)\}\}/g,
    (placeholder, name: string) => words[name] ?? placeholder,
  );
  return JSON.parse(text) as T;
}

/**
 * Renders krew's manifest.
 * @param template krew-manifest.yaml
 * @param version without the v, for example 0.1.0
 * @param archives the platforms to list; an archive that the template does not know is an error
 * @param uriBase where the archives are downloaded from; default: the release of this version at the homepage
 */
export function renderManifest(template: string, version: string, archives: Archive[], uriBase?: string): string {
  const manifest = load(template) as Manifest;
  const base = uriBase ?? `${manifest.spec.homepage}/releases/download/v${version}`;
  manifest.spec.platforms = archives.map(({ os, arch, sha256 }) => {
    const entry = manifest.spec.platforms.find(
      ({ selector: { matchLabels } }) => matchLabels.os === os && matchLabels.arch === arch,
    );
    if (entry === undefined) throw new Error(`krew-manifest.yaml has no platform ${os} ${arch}`);
    return fill(entry, { sha256 });
  });
  const text = dump(fill(manifest, { version, uriBase: base.replace(/\/+$/, '') }), { lineWidth: -1 });
  const left = /\{\{.*?\}\}/.exec(text);
  if (left) throw new Error(`krew-manifest.yaml has an unknown placeholder ${left[0]}`);
  return text;
}
