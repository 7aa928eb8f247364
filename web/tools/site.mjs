// Puts the demo site together: the page, the library, the encoder and the catalogue, as a web server would have them.
//
//   web/demo/**                     -> web/demo/site/**
//   web/dist/**                     -> web/demo/site/predilect/**
//   models/predilect-encoder-small  -> web/demo/site/model/
//   target/demo/demo.predilect      -> web/demo/site/demo.predilect, and demo.words beside it

import { constants, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { files, fingerprint, isDone, markDone, root, shown, target } from './steps.mjs';

/** The built catalogue of the demo. */
export const CATALOGUE = join(target, 'demo/demo.predilect');
/** Its index of words. */
export const WORDS = join(target, 'demo/demo.words');
/** The folder of the encoder. */
export const MODEL = join(root, 'models/predilect-encoder-small');
/** The assembled site. */
export const SITE = join(root, 'web/demo/site');

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
    if (!wanted.has(name) && !compiled.has(name)) rmSync(join(root, path));
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
  for (const path of files([shown(CATALOGUE)])) wanted.set('demo.predilect', path);
  for (const path of files([shown(WORDS)])) wanted.set('demo.words', path);
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
