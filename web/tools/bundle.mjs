// What of the package is one file:
// - dist/predilect.cdn.js, for CDNs: library, elements and worker in one request. The wasm modules stay files beside it: as text in a
//   script they would weigh a third more, and be read before anything runs.
// - dist/worker.js: no page waits for a script that names the next one. Its parts stay beside it, for pages without a worker.
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

/** Makes both out of what the TypeScript compiler left in web/dist. */
export async function bundle() {
  await make({
    entryPoints: [join(DIST, 'cdn/index.js')],
    outfile: join(DIST, 'predilect.cdn.js'),
    plugins: [ownWorker],
  });
  const worker = join(DIST, 'worker.js');
  await make({
    entryPoints: [worker],
    outfile: worker,
    allowOverwrite: true,
    // What not every page needs.
    external: ['encoder', 'builder', 'words'].map((name) => `./wasm/${name}.js`),
  });
}

async function make(/** @type {import('esbuild').BuildOptions} */ options) {
  const { build } = await import('esbuild');
  await build({
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  });
}
