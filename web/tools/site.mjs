// Puts the demo site together: the page, the library, the encoder and the catalogue, as a web server would have them.
//
//   web/demo/*.ts                   -> web/demo/site/*.js, bundled
//   web/demo/** otherwise           -> web/demo/site/**
//   web/dist/**                     -> web/demo/site/predilect/**
//   models/predilect-encoder-small  -> web/demo/site/model/
//   target/demo/*.predilect         -> web/demo/site/*.predilect, and *.words beside them

import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { files, fingerprint, isDone, markDone, Remedy, root, shown, target } from './steps.mjs';

/** The built catalogues of the demo: the items, and the questions and answers of its help; an index of words beside each. */
export const CATALOGUES = ['demo', 'help'].map((name) => ({
  name,
  catalogue: join(target, `demo/${name}.predilect`),
  words: join(target, `demo/${name}.words`),
}));
/** That of the items. */
export const CATALOGUE = join(target, 'demo/demo.predilect');
/** The folder of the encoder. */
export const MODEL = join(root, 'models/predilect-encoder-small');
/** The assembled site. */
export const SITE = join(root, 'web/demo/site');

/** What the service worker reads of the site. */
const LIST = 'files.js';

/** What every visit may need. Encoder and builder are kept when they were used; the rest is for other pages than these. */
const FOR_ALL = [
  /^[\w-]+\.(html|css|js|svg|csv|webmanifest|predilect|words)$/,
  /^icon-192\.png$/,
  /^predilect\/(?!predilect\.cdn|react|vue|bindings|vectors|accelerate|aggregate|unary|describe|cdn\/)[\w-]+\.js$/,
  /^predilect\/elements\/[\w-]+\.js$/,
  /^predilect\/wasm\/(engine|words|encoder|builder)\.js$/,
  /^predilect\/wasm\/(engine|words)_bg\.wasm$/,
];

const DEMO_TYPESCRIPT = /^web\/demo\/[^/]*\.ts$/;

/** The pages, each with a script of its own. */
const PAGES = ['index', 'help', 'own'];
/** What stands in a page for the scripts it begins with. */
const PRELOADS = '<!-- preloads -->';

/**
 * Copies what changed, bundles the scripts, and removes what no longer belongs there.
 *
 * @returns {Promise<{copied: number, total: number}>}
 */
export async function assembleSite() {
  const wanted = siteFiles();
  let copied = 0;
  for (const [to, from] of wanted) {
    if (copyIfNewer(from, join(SITE, to))) copied++;
  }
  const scripts = await bundleScripts();
  for (const path of files([shown(SITE)])) {
    const name = path.slice(shown(SITE).length + 1);
    if (!wanted.has(name) && !scripts.has(name) && name !== LIST) rmSync(join(root, path));
  }
  return { copied, total: wanted.size + scripts.size };
}

/**
 * Checks the types of the page's own TypeScript, against the library that lies in the site.
 *
 * @param {(project: string) => Promise<void>} tsc
 */
export async function checkDemo(tsc) {
  const declarations = files(['web/dist'], (path) => path.endsWith('.d.ts'));
  const print = fingerprint([...demoScripts(), ...declarations, 'web/tsconfig.json', 'web/demo/tsconfig.json']);
  if (isDone('demo', print)) return;
  await tsc('web/demo/tsconfig.json');
  markDone('demo', print);
}

/**
 * Bundles the scripts of the pages as a shop would, beside a library in files of its own, and names in each page what it begins with, so
 * that the browser asks for all of it at once.
 */
async function bundleScripts() {
  const { build } = await import('esbuild');
  const script = (/** @type {string} */ page) => (page === 'index' ? 'main' : page);
  const { metafile } = await build({
    entryPoints: PAGES.map((page) => join(root, `web/demo/${script(page)}.ts`)),
    outdir: SITE,
    external: ['./predilect/*'],
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    metafile: true,
    absWorkingDir: SITE,
    logLevel: 'warning',
  });
  const library = await libraryGraph();
  for (const page of PAGES) {
    const needed = new Set();
    follow(`${script(page)}.js`, (name) => imports(metafile.outputs[name] ?? library[name]), needed);
    const lines = [...needed].map((name) => `<link rel="modulepreload" href="./${name}" />`);
    const html = readFileSync(join(root, `web/demo/${page}.html`), 'utf8');
    if (!html.includes(PRELOADS)) throw new Error(`web/demo/${page}.html lacks ${PRELOADS}`);
    writeFileSync(join(SITE, `${page}.html`), html.replace(PRELOADS, lines.join('\n    ')));
  }
  return new Set([...Object.keys(metafile.outputs), ...PAGES.map((page) => `${page}.html`)]);
}

/** The scripts of the library by their names in the site, with what each imports. */
async function libraryGraph() {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    entryPoints: ['predilect/index.js', 'predilect/elements/index.js', 'predilect/build.js'],
    absWorkingDir: SITE,
    bundle: true,
    format: 'esm',
    metafile: true,
    write: false,
    outdir: '.',
    logLevel: 'error',
  });
  return metafile.inputs;
}

/** What a script imports at its beginning, by names in the site. */
const imports = (/** @type {{imports: {path: string, kind: string}[]} | undefined} */ script) =>
  (script?.imports ?? [])
    .filter(({ kind }) => kind === 'import-statement')
    .map(({ path }) => path.replace(/^\.\//, ''));

function follow(
  /** @type {string} */ name,
  /** @type {(name: string) => string[]} */ next,
  /** @type {Set<string>} */ found,
) {
  if (found.has(name)) return;
  found.add(name);
  for (const other of next(name)) follow(other, next, found);
}

/** Lists what a visit without a network needs, under a version that its contents name. */
export function listSite() {
  const folder = `${shown(SITE)}/`;
  const paths = files([shown(SITE)], (path) => {
    const name = path.slice(folder.length);
    return name !== LIST && name !== 'sw.js' && FOR_ALL.some((pattern) => pattern.test(name));
  });
  // A folder's address stands for its page; no page asks for that by its name.
  const names = paths.map((path) => path.slice(folder.length).replace(/^index\.html$/, ''));
  const site = { version: fingerprint(paths).slice(0, 16), files: names.map((name) => `./${name}`) };
  writeFileSync(join(SITE, LIST), `self.SITE = ${JSON.stringify(site)};\n`);
}

function demoScripts() {
  return files(['web/demo'], (path) => DEMO_TYPESCRIPT.test(path));
}

/** What the site is copied from: file of the site -> file of the checkout. */
function siteFiles() {
  /** @type {Map<string, string>} */
  const wanted = new Map();
  const page = files(
    ['web/demo'],
    (path) => !/^web\/demo\/(site|catalogue)\//.test(path) && !/\.(ts|jsonl|md|html)$|tsconfig\.json$/.test(path),
  );
  for (const path of page) wanted.set(path.slice('web/demo/'.length), path);
  for (const path of files(['web/dist'], (path) => !path.endsWith('.partial'))) {
    wanted.set(`predilect/${path.slice('web/dist/'.length)}`, path);
  }
  for (const name of modelFiles()) wanted.set(`model/${name}`, `${shown(MODEL)}/${name}`);
  for (const { catalogue, words } of CATALOGUES) {
    // Without this check the copies of the last time would be cleared away.
    for (const file of [catalogue, words]) {
      if (!existsSync(file)) {
        throw new Remedy(`${shown(file)} is missing: run \`node web/tools/setup.mjs catalogue\` first`);
      }
      wanted.set(basename(file), shown(file));
    }
  }
  return wanted;
}

/** The manifest and what it names. */
function modelFiles() {
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(join(MODEL, 'manifest.json'), 'utf8'));
  } catch {
    return [];
  }
  return ['manifest.json', ...Object.values(manifest.files).map((file) => file.name)];
}

function copyIfNewer(from, to) {
  const source = statSync(join(root, from));
  const copy = statSync(to, { throwIfNoEntry: false });
  if (copy && copy.size === source.size && Math.abs(copy.mtimeMs - source.mtimeMs) < 2) return false;
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(join(root, from), to, constants.COPYFILE_FICLONE);
  utimesSync(to, source.atime, source.mtime);
  return true;
}
