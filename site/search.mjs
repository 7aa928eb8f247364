// The search of the documentation, by Predilect: a catalogue of the pages' sections, its index of words, and what it needs to run.

import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCatalogue } from '../web/cli/build.mjs';
import { root, target } from '../web/tools/steps.mjs';

const MODEL = join(root, 'models/predilect-encoder-small');
const WORK = join(target, 'docs');
/** Vectors of texts from one build to the next. */
const VECTORS = join(WORK, 'vectors.json');
const RELATED = 4;
/** A section with less text is told by its code, too. */
const SHORT = 40;
/** More of a section says nothing new about what it is about. */
const LONGEST = 1500;

/**
 * @typedef {{page: import('./pages.mjs').Page, title: string, parts: import('./markdown.mjs').Section[]}} Told
 * @param {Told[]} pages
 * @param {string} output folder of the site
 * @returns {Promise<{items: number, related: Map<string, {path: string, title: string}[]>}>}
 */
export async function buildSearch(pages, output) {
  mkdirSync(join(output, 'search'), { recursive: true });
  mkdirSync(WORK, { recursive: true });
  const items = pages.flatMap(({ page, title, parts }) =>
    parts
      .map((part, at) => ({
        id: at === 0 ? page.path : `${page.path}#${part.anchor}`,
        title: part.title,
        text: part.text.length < SHORT ? `${part.text} ${part.code.slice(0, 300)}`.trim() : part.text,
        category: title,
        // Found by words, and no part of what the section is about.
        code: part.code || undefined,
        path: page.path,
        url: at === 0 ? page.path : `${page.path}#${part.anchor}`,
        lang: 'en',
      }))
      // A heading alone lies close to everything.
      .filter(({ text }) => text.length > 20),
  );
  const input = join(WORK, 'items.jsonl');
  writeFileSync(input, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  const catalogue = join(output, 'search/docs.predilect');
  const known = readVectors();
  const { report } = await buildCatalogue({
    inputs: [input],
    output: catalogue,
    model: MODEL,
    options: { name: 'docs', 'max-chars': LONGEST, 'keep-duplicates': true },
    known,
  });
  const vectors = [...(known.vectors ?? [])].map(([text, vector]) => [text, pack(vector)]);
  writeFileSync(VECTORS, JSON.stringify({ encoder: known.encoder, vectors }));
  copyRuntime(output);
  return { items: report.kept, related: await relatedPages(pages, catalogue, new Set(items.map(({ id }) => id))) };
}

/** For each page those whose sections are most like its own. */
async function relatedPages(
  /** @type {Told[]} */ pages,
  /** @type {string} */ catalogue,
  /** @type {Set<string>} */ ids,
) {
  const { Recommender } = await import('../web/dist/index.js');
  const recommender = await Recommender.create({ catalogue });
  /** @type {Map<string, {path: string, title: string}[]>} */
  const related = new Map();
  const titles = new Map(pages.map(({ page, title }) => [page.path, title]));
  for (const { page, parts } of pages) {
    const all = [page.path, ...parts.slice(1).map(({ anchor }) => `${page.path}#${anchor}`)];
    const own = all.filter((id) => ids.has(id));
    if (own.length === 0) continue;
    const { items } = await recommender.recommend({
      surface: 'similar',
      items: own.slice(0, 256),
      k: RELATED,
      caps: { path: 1 },
      filter: { path: { not: [page.path, 'index.html'] } },
    });
    const paths = items.map(({ fields }) => String(fields.path));
    related.set(
      page.path,
      paths.map((path) => ({ path, title: titles.get(path) ?? path })),
    );
  }
  recommender.close();
  return related;
}

/** What the page's search loads: the package, and the model for those who ask for it. */
function copyRuntime(/** @type {string} */ output) {
  const wanted = ['predilect.cdn.js', ...['engine', 'words', 'encoder'].map((name) => `wasm/${name}_bg.wasm`)];
  for (const name of wanted) cpSync(join(root, 'web/dist', name), join(output, 'predilect', name));
  const { files: parts } = JSON.parse(readFileSync(join(MODEL, 'manifest.json'), 'utf8'));
  for (const name of ['manifest.json', ...Object.values(parts).map((part) => part.name)]) {
    cpSync(join(MODEL, name), join(output, 'model', name));
  }
}

const pack = (/** @type {Float32Array} */ vector) =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');

/** @returns {import('../web/cli/encode.mjs').Known} */
function readVectors() {
  if (!existsSync(VECTORS)) return {};
  const { encoder, vectors } = JSON.parse(readFileSync(VECTORS, 'utf8'));
  const unpack = (/** @type {string} */ text) => {
    const bytes = Buffer.from(text, 'base64');
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  };
  return { encoder, vectors: new Map(vectors.map(([text, packed]) => [text, unpack(packed)])) };
}
