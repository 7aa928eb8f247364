// `npm run lint` looks, `npm run format` (--write) mends: rustfmt, clippy and Biome over everything, and
// what the project depends on.

import { pathToFileURL } from 'node:url';
import { fail } from './setup.mjs';
import { run, stopChildrenOnSignals } from './steps.mjs';

/**
 * Programs of the linters, also run by `npm test`.
 *
 * @type {Record<string, [string, string[]]>}
 */
export const LINTERS = {
  fmt: ['cargo', ['fmt', '--all', '--check']],
  clippy: ['cargo', ['clippy', '--workspace', '--all-targets', '--', '-D', 'warnings']],
  biome: [process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']],
  dependencies: [process.execPath, ['web/tools/dependencies.mjs']],
};

/** @type {typeof LINTERS} */
const MENDERS = {
  fmt: ['cargo', ['fmt', '--all']],
  biome: [process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '--write', '.']],
  dependencies: [process.execPath, ['web/tools/dependencies.mjs', '--write']],
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  stopChildrenOnSignals();
  try {
    for (const [program, args] of Object.values(process.argv.includes('--write') ? MENDERS : LINTERS)) {
      if ((await run(program, args)).code !== 0) process.exitCode = 1;
    }
  } catch (error) {
    fail(error);
  }
}
