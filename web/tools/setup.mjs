// Makes a checkout ready to be served and tested: packages, compilers, wasm modules, TypeScript, the demo's catalogue.
// Every step says what it does, is skipped where its inputs are what they were, and can be run by itself:
// `node web/tools/setup.mjs`.

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { checkRust, ensureWasmTarget, XTASK } from './rust.mjs';
import { assembleSite, CATALOGUES, checkDemo, listSite, MODEL } from './site.mjs';
import {
  files,
  fingerprint,
  isDone,
  markDone,
  npm,
  Remedy,
  root,
  run,
  seconds,
  shown,
  stopChildrenOnSignals,
} from './steps.mjs';

const WASM = ['engine', 'search', 'words', 'gpu', 'builder', 'encoder'];

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} why what it does, and why it is slow where it is
 * @property {() => string} [print] names its inputs; a step without one is cheap and always runs
 * @property {() => boolean} [made] whether what it makes is there
 * @property {() => Promise<string | void>} act returns what there is to say
 */

/** @type {Step[]} */
const STEPS = [
  {
    name: 'packages',
    why: 'npm packages: compiler, linter, wasm-opt, browser driver (some 200 MB, once)',
    print: () => fingerprint(['package-lock.json']),
    made: () => existsSync(join(root, 'node_modules/.package-lock.json')),
    async act() {
      const { code } = await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
      if (code !== 0)
        throw new Remedy(
          '`npm ci` failed, for the reason above: mend that (most often the network) and run this again.',
        );
    },
  },
  {
    name: 'wasm',
    why: 'wasm modules: the first time compiles all of Rust that the page needs and optimises it as a whole (minutes)',
    print: () => fingerprint(wasmInputs()),
    made: () => WASM.every((name) => existsSync(join(root, `web/dist/wasm/${name}_bg.wasm`))),
    async act() {
      console.log(`    ${await checkRust()}; first the build tool, for wasm-bindgen is a part of it`);
      const built = await run('cargo', ['build', ...XTASK.slice(2, -1)]);
      if (built.code !== 0) {
        throw new Remedy(
          'The build tool did not compile: what cargo said is above (without a network, run it with one once).',
        );
      }
      await ensureWasmTarget();
      const { code } = await run('cargo', [...XTASK, 'wasm']);
      if (code !== 0) throw new Remedy('The wasm modules were not built: what failed is above.');
    },
  },
  {
    name: 'typescript',
    why: 'TypeScript to web/dist, with the worker and the file for CDNs in one piece each',
    print: () =>
      fingerprint([...files(['web/src']), 'web/tsconfig.json', 'web/tools/bundle.mjs', 'package-lock.json', ...glue()]),
    made: () => existsSync(join(root, 'web/dist/predilect.cdn.js')),
    async act() {
      // What an older source made must not be served or packed.
      const dist = join(root, 'web/dist');
      mkdirSync(dist, { recursive: true });
      for (const entry of readdirSync(dist)) {
        if (entry !== 'wasm') rmSync(join(dist, entry), { recursive: true });
      }
      // Comments go to editors, with the types, and not to readers of the page.
      await tsc('web/tsconfig.json', '--removeComments', '--declaration', 'false');
      await tsc('web/tsconfig.json', '--emitDeclarationOnly');
      await bundle();
    },
  },
  {
    name: 'catalogue',
    why: 'demo catalogues: every item and question is encoded by the same wasm that the page runs (once)',
    print: () => fingerprint(catalogueInputs()),
    made: () => CATALOGUES.every(({ catalogue, words }) => existsSync(catalogue) && existsSync(words)),
    async act() {
      if (!existsSync(join(MODEL, 'model.onnx'))) {
        throw new Remedy(`The encoder is missing: ${shown(MODEL)}/README.md says how it is made.`);
      }
      for (const { name, catalogue } of CATALOGUES) {
        mkdirSync(dirname(catalogue), { recursive: true });
        const items = catalogueItems().filter((path) => isHelp(path) === (name === 'help'));
        const args = ['web/cli/predilect.mjs', 'build', ...items, '-o', catalogue, '--model', MODEL, '--name', name];
        const { code } = await run(process.execPath, args);
        if (code !== 0) throw new Remedy(`The catalogue ${shown(catalogue)} was not built: what failed is above.`);
      }
    },
  },
  {
    name: 'site',
    why: 'demo page: web/demo, web/dist, the catalogue and the encoder put together in web/demo/site',
    async act() {
      const { copied, total } = await assembleSite();
      await checkDemo(tsc);
      listSite();
      return `${total} files${copied > 0 ? `, ${copied} new` : ''}`;
    },
  },
];

/**
 * Does what is not done yet.
 *
 * @param {object} [options]
 * @param {string[]} [options.only] names of the steps, for a part of it
 */
export async function setup({ only = STEPS.map((step) => step.name) } = {}) {
  const started = performance.now();
  const steps = STEPS.filter((step) => only.includes(step.name));
  const pending = steps.filter((step) => step.print && !upToDate(step));
  if (pending.some((step) => step.name === 'wasm') && !existsSync(join(root, 'web/dist/wasm'))) {
    const minutes = Math.max(3, Math.round(12 / Math.min(cpus().length, 4)));
    console.log(
      `First set-up: about ${minutes} minutes on this machine, nearly all of it compiling Rust. Later ones take seconds.`,
    );
  }
  for (const [index, step] of steps.entries()) {
    const label = `[${index + 1}/${steps.length}]`;
    // Asked again here: an earlier step may have changed what this one reads.
    if (step.print && upToDate(step)) {
      console.log(`${label} ${step.name}: up to date`);
      continue;
    }
    console.log(`${label} ${step.why}`);
    const begun = performance.now();
    const said = await step.act();
    if (step.print) markDone(step.name, step.print());
    console.log(`${label} ${step.name}: done in ${seconds(begun)}${said ? ` (${said})` : ''}`);
  }
  console.log(`Set up in ${seconds(started)}.`);
}

/** Runs the TypeScript compiler of this checkout. */
export async function tsc(project, ...more) {
  const { code } = await run(process.execPath, ['node_modules/typescript/bin/tsc', '--project', project, ...more]);
  if (code !== 0) throw new Remedy(`${project} does not compile: what the TypeScript compiler said is above.`);
}

function upToDate(/** @type {Step} */ step) {
  return (step.made?.() ?? true) && isDone(step.name, step.print?.() ?? '');
}

/** What decides the wasm modules. The native command line and the documents do not. */
function wasmInputs() {
  const sources = files(
    ['crates'],
    (path) => /\.(rs|toml)$/.test(path) && !/^crates\/(cli|fuzz|[^/]+\/(tests|benches))\//.test(path),
  );
  return [...sources, ...files(['Cargo.toml', 'Cargo.lock', 'package-lock.json'])];
}

/** What wasm-bindgen writes, which the one file contains. */
function glue() {
  return files(['web/dist/wasm'], (path) => path.endsWith('.js'));
}

function catalogueItems() {
  return files(['web/demo/catalogue'], (path) => path.endsWith('.jsonl'));
}

/** Questions and answers are a catalogue of their own. */
const isHelp = (/** @type {string} */ path) => path.endsWith('/help.jsonl');

function catalogueInputs() {
  return [
    ...catalogueItems(),
    ...files([
      'web/cli/build.mjs',
      'web/cli/encode.mjs',
      'web/cli/commands/build.mjs',
      `${shown(MODEL)}/manifest.json`,
      'web/dist/wasm/builder_bg.wasm',
      'web/dist/wasm/encoder_bg.wasm',
    ]),
  ];
}

/** Ends a command: what a person can mend is said without a stack. */
export function fail(error) {
  console.error(error instanceof Remedy ? `\n${error.message}` : error);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  stopChildrenOnSignals();
  await setup(process.argv.length > 2 ? { only: process.argv.slice(2) } : {}).catch(fail);
}
