// The one file for CDNs, dist/predilect.cdn.js: library, elements and worker in one request. The wasm modules stay files beside
// it: as text in a script they would weigh a third more, and be read before anything runs.
//
// esbuild, because it keeps `import.meta.url`, by which the file finds them, and drops what nothing calls.

import { join } from 'node:path';
import { root } from './steps.mjs';

const DIST = join(root, 'web/dist');

/** The file that is its own worker starts it otherwise than one of many. */
const ownWorker = {
  name: 'own-worker',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^\.\/start\.js$/ }, () => ({ path: join(DIST, 'cdn/start.js') }));
  },
};

/** Makes the file out of what the TypeScript compiler left in web/dist. */
export async function bundle() {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(DIST, 'cdn/index.js')],
    outfile: join(DIST, 'predilect.cdn.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    plugins: [ownWorker],
    logLevel: 'warning',
  });
}
