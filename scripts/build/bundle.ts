import { build, type Metafile } from 'esbuild';
import { ROOT } from '../lib/places.ts';
import { projectVersion } from './platform.ts';
import { lazyBuiltins } from './startup/lazy-builtins.ts';
import { slimClient } from './startup/slim-client.ts';
import { stringWidth } from './startup/string-width.ts';

/**
 * Bundles the program into one CommonJS file, the form that a single executable starts fastest.
 * Subcommands are imported with `import()`: they stay in the file and are evaluated when they are called.
 * @param entry an absolute path
 * @param outfile an absolute path
 * @returns what went into the bundle
 */
export async function bundle(entry: string, outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    minify: true,
    // They travel in a file of their own, whole.
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    // Inside of packages esbuild keeps this to itself: a stand-in that lacks an export would fail at a user's.
    logOverride: { 'import-is-undefined': 'error' },
    plugins: [stringWidth, slimClient, lazyBuiltins],
    define: {
      __VERSION__: JSON.stringify(projectVersion()),
      // yargs asks where it lies, to find its translations. A bundle lies nowhere: a place that exists on no machine keeps
      // yargs English, and is a valid path on every system.
      'import.meta.url': '"file:///C:/kubectl-podcidr/bundle/a/b/c.js"',
    },
  });
  return metafile;
}
