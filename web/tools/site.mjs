// Puts the demo site together: the page, the library, the encoder and the catalogue, as a web server would have them.
//
//   web/demo/**                     -> web/demo/site/**
//   web/dist/**                     -> web/demo/site/predilect/**
//   models/predilect-encoder-small  -> web/demo/site/model/
//   target/demo/*.predilect         -> web/demo/site/*.predilect, and *.words beside them

import { constants, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { files, fingerprint, isDone, markDone, root, shown, target } from './steps.mjs';

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

/**
 * Copies what changed and removes what no longer belongs there.
 *
 * @returns {{copied: number, total: number}}
 */
export function assembleSite() {
  const wanted = siteFiles();
  let copied = 0;
  for (const [to, from] of wanted) {
    if (copyIfNewer(from, join(SITE, to))) copied++;
  }
  const compiled = new Set(demoScripts().map((path) => path.replace('web/demo/', '').replace(/\.ts$/, '.js')));
  for (const path of files([shown(SITE)])) {
    const name = path.slice(shown(SITE).length + 1);
    if (!wanted.has(name) && !compiled.has(name) && name !== LIST) rmSync(join(root, path));
  }
  return { copied, total: wanted.size };
}

/**
 * Compiles the page's own TypeScript into the site, against the library that lies there.
 *
 * @param {(project: string) => Promise<void>} tsc
 */
export async function compileDemo(tsc) {
  const scripts = demoScripts();
  if (scripts.length === 0) return;
  const declarations = files(['web/dist'], (path) => path.endsWith('.d.ts'));
  const print = fingerprint([...scripts, ...declarations, 'web/tsconfig.json', 'web/demo/tsconfig.json']);
  const made = files([shown(SITE)], (path) => path.endsWith('.js'));
  const complete = scripts.every((path) =>
    made.includes(path.replace('web/demo/', 'web/demo/site/').replace(/ts$/, 'js')),
  );
  if (complete && isDone('demo', print)) return;
  await tsc('web/demo/tsconfig.json');
  markDone('demo', print);
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
    (path) => !/^web\/demo\/(site|catalogue)\//.test(path) && !/\.(ts|jsonl|md)$|tsconfig\.json$/.test(path),
  );
  for (const path of page) wanted.set(path.slice('web/demo/'.length), path);
  for (const path of files(['web/dist'], (path) => !path.endsWith('.partial'))) {
    wanted.set(`predilect/${path.slice('web/dist/'.length)}`, path);
  }
  for (const name of modelFiles()) wanted.set(`model/${name}`, `${shown(MODEL)}/${name}`);
  for (const { catalogue, words } of CATALOGUES) {
    for (const path of files([shown(catalogue), shown(words)])) wanted.set(basename(path), path);
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
