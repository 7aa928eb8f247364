// A folder of Markdown, or of built pages -> records, one a file.

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Failure } from '../failure.mjs';
import { parseXml, textOf } from './xml.mjs';

const MARKDOWN = /\.(md|mdx|markdown)$/i;
const HTML = /\.html?$/i;
/** What is on every page says nothing about one of them. */
const FURNITURE = /<(script|style|nav|header|footer|aside|noscript|template|svg)\b[\s\S]*?<\/\1\s*>/gi;

/** The files of a folder that are read, sorted; hidden ones and packages are left out. */
export async function pagesOf(/** @type {string} */ folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && (MARKDOWN.test(entry.name) || HTML.test(entry.name)))
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !/(^|\/)(\.|node_modules\/)/.test(path))
    .sort();
}

/** A value of front matter: a word, a list in brackets, true or false. */
function scalar(/** @type {string} */ text) {
  const bare = text.trim().replace(/^(["'])([\s\S]*)\1$/, '$2');
  if (!/^\[.*\]$/.test(bare)) return bare;
  return bare
    .slice(1, -1)
    .split(',')
    .map((one) => one.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .filter(Boolean);
}

/**
 * Front matter, in as much of YAML or TOML as it is mostly written in: a name and a value a line, lists in brackets or below.
 *
 * @returns {{fields: Record<string, any>, body: string}}
 */
export function frontMatter(/** @type {string} */ source) {
  const [whole, , head] = source.match(/^\ufeff?(---|\+\+\+)\r?\n([\s\S]*?)\r?\n\1\s*(?:\r?\n|$)/) ?? [];
  if (whole === undefined) return { fields: {}, body: source };
  /** @type {Record<string, any>} */
  const fields = {};
  let last = '';
  for (const line of head.split(/\r?\n/)) {
    const [, entry] = line.match(/^\s*-\s+(.*)$/) ?? [];
    const [, name, value] = line.match(/^([\w-]+)\s*[:=]\s*(.*)$/) ?? [];
    if (name !== undefined) {
      last = name.toLowerCase();
      // `>` and `|` begin a text of several lines.
      fields[last] = /^[>|][+-]?$/.test(value.trim()) ? '' : scalar(value);
    } else if (entry !== undefined && last) {
      fields[last] = [...(Array.isArray(fields[last]) ? fields[last] : []), scalar(entry)];
    }
  }
  return { fields, body: source.slice(whole.length) };
}

/** Markdown without its blocks of code. */
const prose = (/** @type {string} */ body) => body.replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, ' ');

/** Markdown as plain text. */
function plain(/** @type {string} */ body) {
  return body
    .replace(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|>|[-*+]|\d+\.)\s+/gm, '')
    .replace(/[*_`~]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The address of a file below the base: `posts/tea.md` is `/posts/tea/`, as most generators have it. */
function address(/** @type {string} */ path, /** @type {string} */ base) {
  const name = MARKDOWN.test(path) ? path.replace(MARKDOWN, '/') : path;
  return base + name.replace(/(^|\/)(index|_index|README)(\/|\.html?)$/i, '$1');
}

const list = (/** @type {unknown} */ value) =>
  Array.isArray(value) ? value : typeof value === 'string' && value ? value.split(/\s*,\s*/) : undefined;

function markdown(/** @type {string} */ source, /** @type {string} */ path, /** @type {string} */ base) {
  const { fields, body: whole } = frontMatter(source);
  // What `.mdx` imports is no text.
  const body = prose(/\.mdx$/i.test(path) ? whole.replace(/^(import|export)\s.*$/gm, ' ') : whole);
  if (String(fields.draft) === 'true' || String(fields.published) === 'false') return undefined;
  const [heading, title] = body.match(/^#\s+(.+)$/m) ?? ['', undefined];
  const named = fields.permalink ?? fields.url;
  const text = [fields.description ?? fields.summary ?? fields.excerpt, plain(body.replace(heading, ''))];
  return {
    id: String(fields.id ?? path),
    title: fields.title ?? title ?? path,
    text: text.filter(Boolean).join(' '),
    tags: list(fields.tags ?? fields.keywords),
    category: Array.isArray(fields.categories) ? fields.categories[0] : (fields.category ?? fields.categories),
    date: fields.date,
    lang: fields.lang ?? fields.language,
    image: fields.image ?? fields.cover,
    url: typeof named === 'string' && named ? named : address(path, base),
  };
}

/** What a page says of itself by a `<meta>`. */
function meta(/** @type {string} */ html, /** @type {string} */ name) {
  for (const [tag] of html.matchAll(/<meta\b[^>]*>/gi)) {
    const value = (/** @type {string} */ key) =>
      tag.match(new RegExp(`\\s${key}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i'));
    const key = value('name') ?? value('property');
    if ((key?.[1] ?? key?.[2])?.toLowerCase() === name) {
      const content = value('content');
      return content?.[1] ?? content?.[2];
    }
  }
  return undefined;
}

function page(/** @type {string} */ html, /** @type {string} */ path, /** @type {string} */ base) {
  if (/\bnoindex\b/.test(meta(html, 'robots') ?? '')) return undefined;
  const body =
    html.match(/<main\b[^>]*>([\s\S]*)<\/main>/i)?.[1] ??
    html.match(/<article\b[^>]*>([\s\S]*)<\/article>/i)?.[1] ??
    html.match(/<body\b[^>]*>([\s\S]*)<\/body>/i)?.[1] ??
    html;
  return {
    id: path,
    title: meta(html, 'og:title') ?? html.match(/<title[^>]*>([\s\S]*?)<\/title>/i)?.[1]?.trim(),
    text: [meta(html, 'description'), body.replace(FURNITURE, ' ').replace(/<h1\b[\s\S]*?<\/h1>/i, ' ')]
      .filter(Boolean)
      .join(' '),
    tags: list(meta(html, 'keywords')),
    category: meta(html, 'article:section'),
    date: meta(html, 'article:published_time'),
    lang: html.match(/<html\b[^>]*\slang\s*=\s*["']?([\w-]+)/i)?.[1],
    image: meta(html, 'og:image'),
    url: address(path, base),
  };
}

/** Paths that the sitemap of a folder names, with when they changed; undefined where there is none. */
async function sitemap(/** @type {string} */ folder) {
  const source = await readFile(join(folder, 'sitemap.xml'), 'utf8').catch(() => undefined);
  if (source === undefined) return undefined;
  /** @type {Map<string, string | undefined>} */
  const paths = new Map();
  try {
    const root = parseXml(source);
    // An index names other sitemaps, and no pages.
    if (root.name !== 'urlset') return undefined;
    for (const one of root.children) {
      const loc = textOf(one, 'loc');
      if (loc) paths.set(decodeURIComponent(new URL(loc, 'http://x').pathname), textOf(one, 'lastmod'));
    }
  } catch (error) {
    throw new Failure(`${join(folder, 'sitemap.xml')}: cannot be read: ${error.message}`);
  }
  return paths;
}

/**
 * Records of a folder. Where it has Markdown, these are the pages; else its HTML files, or those of them that its sitemap names.
 *
 * @param {string} folder
 * @param {string} [base] what addresses begin with
 */
export async function folderRecords(folder, base = '/') {
  const paths = await pagesOf(folder);
  const written = paths.filter((path) => MARKDOWN.test(path));
  const chosen = written.length > 0 ? written : paths;
  if (chosen.length === 0) throw new Failure(`${folder}: the folder has no Markdown and no HTML files`);
  const named = written.length > 0 ? undefined : await sitemap(folder);
  // The address of the whole site: what all others begin with.
  const addresses = [...(named?.keys() ?? [])];
  const front = addresses.find((one) => one.endsWith('/') && addresses.every((other) => other.startsWith(one)));
  const records = [];
  for (const path of chosen) {
    const source = await readFile(join(folder, path), 'utf8');
    const record = MARKDOWN.test(path) ? markdown(source, path, base) : page(source, path, base);
    if (!record) continue;
    // Sitemaps may name a page with its folder's address, with index.html, or without .html; and below any prefix.
    const ways = [`/${path}`, address(`/${path}`, ''), `/${path.replace(HTML, '')}`];
    const found =
      named && addresses.find((one) => ways.some((way) => (way === '/' ? one === front : one.endsWith(way))));
    if (named && found === undefined) continue;
    records.push({ ...record, date: record.date ?? (found && named?.get(found)) });
  }
  return records;
}
