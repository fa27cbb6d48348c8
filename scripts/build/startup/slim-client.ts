import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { lazyModule } from './lazy-module.ts';

const CLIENT = /[\\/]@kubernetes[\\/]client-node[\\/]dist[\\/]/;

/** What client-node's kubeconfig code imports for the sake of a few rare ways to authenticate or of its own requests. */
const RARE = ['undici', 'openid-client', 'jsonpath-plus', 'socks-proxy-agent', 'socks', 'hpagent'];

/**
 * Keeps @kubernetes/client-node small: we use its kubeconfig and credentials, not its generated API.
 *
 * `dist/config.js` imports `gen/index.js`, 800 files that take 250 ms and 85 MB to load, for two small classes: the bundle
 * has just these two. The packages that it seldom uses are bundled, but evaluated when first used.
 */
export const slimClient: Plugin = {
  name: 'slim-client',
  setup(build) {
    build.onResolve({ filter: /\/gen\/index\.js$/ }, ({ importer, resolveDir }) =>
      CLIENT.test(importer) ? { path: 'gen/index.js', namespace: 'slim-client', pluginData: resolveDir } : null,
    );
    build.onLoad({ filter: /.*/, namespace: 'slim-client' }, ({ pluginData }) => ({
      resolveDir: pluginData as string,
      contents: `export { createConfiguration } from './gen/configuration.js';
export { ServerConfiguration } from './gen/servers.js';`,
    }));

    build.onResolve({ filter: new RegExp(`^(${RARE.join('|')})$`) }, async ({ path, importer, kind, resolveDir }) => {
      if (!CLIENT.test(importer)) return null;
      // Resolved from another importer, so that this rule leaves it alone: the true file, as client-node would find it.
      const { path: file, errors } = await build.resolve(path, { kind, resolveDir, importer: 'slim-client' });
      return errors.length > 0
        ? { errors }
        : { path: `${file}.cjs`, namespace: 'lazy-package', pluginData: file, sideEffects: false };
    });
    // The stand-in ends in .cjs: by the name esbuild tells a CommonJS module, and hpagent's true file is an .mjs.
    build.onLoad({ filter: /.*/, namespace: 'lazy-package' }, async ({ pluginData: file }: { pluginData: string }) => ({
      resolveDir: '/',
      contents: lazyModule(`require(${JSON.stringify(file)})`, (await import(pathToFileURL(file).href)) as object),
    }));
  },
};
