import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/places.ts';

/** Go's (and krew's) names for what Node calls process.arch. */
const GO_ARCH: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

export interface Platform {
  /** As krew's selectors write them. */
  os: string;
  arch: string;
  /** The Node executable that becomes part of the binary. */
  node: string;
  /** Its version, for example 24.21.0. */
  nodeVersion: string;
  /** Node's own licence, which covers all that is linked into it. */
  nodeLicense: string;
}

/**
 * The platform of this machine. The binary is built for it alone, with the Node that package-lock.json pins: the Node that
 * runs this script may be another one. Throws when npm installed no Node for this machine.
 */
export function hostPlatform(): Platform {
  const arch = GO_ARCH[process.arch];
  const home = join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`);
  if (arch === undefined || !existsSync(join(home, 'bin/node')))
    throw new Error(
      `no Node for ${process.platform} ${process.arch} in node_modules: run npm ci on linux x64 or arm64`,
    );
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  return {
    os: process.platform,
    arch,
    node: join(home, 'bin/node'),
    nodeVersion: version,
    nodeLicense: join(home, 'LICENSE'),
  };
}

/** The version in package.json: the only place where it is written. */
export function projectVersion(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}
