import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';
import { lazyModule } from './lazy-module.ts';

const require = createRequire(import.meta.url);

/**
 * Node's modules that are not loaded at its start and cost a millisecond or more each (https, with tls and crypto, 5 ms).
 * `stream` and `events` are classes that others extend while they load, so they cannot wait.
 */
const LAZY = ['assert', 'child_process', 'crypto', 'dns', 'http', 'http2', 'https', 'net', 'readline', 'tls', 'zlib'];

/** Loads Node's rarer modules on first use: most subcommands import them, few runs use them. */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(node:)?(${LAZY.join('|')})$`) }, ({ path }) => ({
      path: path.replace(/^node:/, ''),
      namespace: 'lazy-builtin',
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({
      contents: lazyModule(`process.getBuiltinModule('node:${path}')`, require(path) as object),
    }));
  },
};
