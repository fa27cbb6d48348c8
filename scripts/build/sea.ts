// pkg's command line can neither take a local Node for a single executable application nor pass seaConfig on, and would
// download a Node. This is its inner function; package.json pins the version.

import { basename, dirname } from 'node:path';
import pkg from '@yao-pkg/pkg/lib-es5/sea.js';
import type { Platform } from './platform.ts';

const SEA_CONFIG = {
  // Nothing on stderr but our own words.
  disableExperimentalSEAWarning: true,
  useSnapshot: false,
  // V8 takes the compiled bundle from the file instead of parsing it at each start.
  useCodeCache: true,
  // The user's NODE_OPTIONS are meant for other programs: an unknown flag in them would stop ours.
  execArgvExtension: 'none',
};

/**
 * Writes a single executable: the platform's Node with the script in it.
 * @param script absolute path of a CommonJS file without imports, in a folder where more files may be made
 * @param output absolute path of the executable
 */
export async function makeExecutable(script: string, output: string, platform: Platform): Promise<void> {
  // The path of the script is written into the executable and shown in stack traces. pkg works in a folder of its own
  // below TMPDIR: with TMPDIR beside the script, a relative path does, and the bytes depend on no machine's folders.
  process.env.TMPDIR = dirname(script);
  const seaConfig = { ...SEA_CONFIG, main: `../${basename(script)}` };
  await pkg.default(script, {
    nodePath: platform.node,
    seaConfig,
    targets: [{ nodeRange: `node${platform.nodeVersion}`, platform: 'linux', arch: process.arch, output }],
  });
}
