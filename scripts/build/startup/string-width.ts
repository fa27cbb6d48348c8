import type { Plugin } from 'esbuild';

/** ASCII, dashes, curly quotes, … and →: what our own texts are made of. One column each, in every version of string-width. */
const SINGLE = '[ -~\\u2010-\\u2027\\u2192]';

/**
 * Measures simple text without the string-width packages of yargs, cliui and cli-table3.
 *
 * Each builds an Intl.Segmenter and large Unicode expressions while it loads, 17 ms together, and measures a cell in
 * microseconds, where help texts and nearly all tables are simple. Anything else goes to the very package that was imported.
 */
export const stringWidth: Plugin = {
  name: 'string-width',
  setup(build) {
    build.onResolve({ filter: /^string-width$/ }, async ({ path, importer, kind, resolveDir }) => {
      if (importer === 'string-width') return null;
      const { path: file, errors } = await build.resolve(path, { kind, resolveDir, importer: 'string-width' });
      return errors.length > 0 ? { errors } : { path: file, namespace: 'string-width' };
    });
    build.onLoad({ filter: /.*/, namespace: 'string-width' }, ({ path }) => ({
      resolveDir: '/',
      contents: `let module_;
const real = () => (module_ ??= require(${JSON.stringify(path)}));
module.exports = (text, ...options) =>
  typeof text === 'string' && /^${SINGLE}*$/.test(text) ? text.length : (real().default ?? real())(text, ...options);
`,
    }));
  },
};
