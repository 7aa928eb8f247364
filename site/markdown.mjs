// Markdown to HTML, and to sections: the same headings, anchors and links for both.

import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import MarkdownIt from 'markdown-it';
import { root } from '../web/tools/steps.mjs';

const LANGUAGES = {
  ...{ sh: bash, css, js: javascript, jsx: javascript, json, ts: typescript },
  ...{ html: xml, vue: xml, xml },
};
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

/** A picture of the repository that the site carries. */
const PICTURE = /\.(svg|png)$/;

/** The anchor of a heading, as code hosts make it. */
export function slug(/** @type {string} */ text) {
  return text
    .toLowerCase()
    .trim()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** The path from one page of the site to another, or to a folder. */
export function between(/** @type {string} */ from, /** @type {string} */ to) {
  const path = posix.relative(posix.dirname(from), to) + (to.endsWith('/') ? '/' : '');
  return path.startsWith('.') ? path : `./${path}`.replace('//', '/');
}

const plain = (/** @type {any} */ inline) =>
  inline.children
    .filter((/** @type {any} */ { type }) => type === 'text' || type === 'code_inline' || type === 'softbreak')
    .map((/** @type {any} */ token) => (token.type === 'softbreak' ? ' ' : token.content))
    .join('');

/**
 * @typedef {object} Env what a page gives to its rendering
 * @property {import('./pages.mjs').Page} page
 * @property {Map<string, string>} paths of pages, by their source
 * @property {Map<string, Set<string>>} anchors of pages, by their path
 * @property {Map<string, string>} names what the package exports -> page and anchor
 * @property {Map<string, string>} pictures path in the site -> file of the repository; grows
 * @property {string[]} broken links that lead nowhere; grows
 */

/** Where a link of a source leads: a page, a picture, a file that only the repository has, or nowhere. */
function resolve(/** @type {string} */ link, /** @type {Env} */ env) {
  if (/^(https?|mailto):/.test(link)) return { href: link, away: true };
  const [path, anchor] = link.split('#');
  const source = path === '' ? env.page.source : posix.join(posix.dirname(env.page.source), path);
  const page = path === '' ? env.page.path : env.paths.get(source);
  if (page !== undefined) {
    if (anchor !== undefined && !env.anchors.get(page)?.has(anchor))
      env.broken.push(`${env.page.source}: ${link} names a heading that ${source} has not`);
    const href = page === env.page.path ? '' : between(env.page.path, page);
    return { href: `${href}${anchor === undefined ? '' : `#${anchor}`}` || '#site-top' };
  }
  if (!existsSync(join(root, source))) {
    env.broken.push(`${env.page.source}: ${link} leads nowhere`);
    return {};
  }
  if (!PICTURE.test(source)) return {};
  const to = `pictures/${posix.basename(source)}`;
  env.pictures.set(to, source);
  return { href: between(env.page.path, to), source };
}

/** A drawing as a part of the page, so that it has the page's colours. */
function drawing(/** @type {string} */ source, /** @type {string} */ text, /** @type {MarkdownIt} */ md) {
  const svg = readFileSync(join(root, source), 'utf8').replace(/<style>[\s\S]*?<\/style>\s*/, '');
  const label = md.utils.escapeHtml(text);
  const drawn = svg.replace('<svg ', `<svg class="drawing" role="img" aria-label="${label}" `);
  return `</p><div class="wide" tabindex="0" role="group" aria-label="Drawing">${drawn}</div><p>`;
}

/** Code with its parts marked; what a shell is told to write into a file is none of its words. */
function coloured(/** @type {string} */ code, /** @type {string} */ name) {
  const parts = name === 'sh' ? code.split(/(?<=<<'EOF'\n)([\s\S]*?)(?=^EOF$)/m) : [code];
  const plain = (/** @type {string} */ text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return parts
    .map((part, at) => (at % 2 === 1 ? plain(part) : hljs.highlight(part, { language: name }).value))
    .join('');
}

/** A renderer for pages of the site. */
export function renderer() {
  const md = new MarkdownIt({
    html: false,
    linkify: false,
    typographer: false,
    highlight: (code, name) => (hljs.getLanguage(name) ? coloured(code, name) : ''),
  });
  // Comments name the file that a block shows; they are for the test that compares.
  md.core.ruler.before('normalize', 'comments', (state) => {
    state.src = state.src.replace(/^<!--[\s\S]*?-->\n/gm, '');
  });
  md.core.ruler.push('anchors', (state) => {
    /** @type {Map<string, number>} */
    const used = new Map();
    for (const [at, token] of state.tokens.entries()) {
      if (token.type !== 'heading_open') continue;
      const base = slug(plain(state.tokens[at + 1]));
      const times = used.get(base) ?? 0;
      used.set(base, times + 1);
      token.attrSet('id', times === 0 ? base : `${base}-${times}`);
    }
  });
  const { rules } = md.renderer;
  rules.heading_close = (tokens, at) => {
    const open = tokens[at - 2];
    const id = open.attrGet('id') ?? '';
    const link = open.tag === 'h1' ? '' : ` <a class="anchor" href="#${id}" aria-label="Link to this section">#</a>`;
    return `${link}</${open.tag}>\n`;
  };
  rules.link_open = (tokens, at, options, env, self) => {
    const token = tokens[at];
    const { href, away } = resolve(decodeURI(token.attrGet('href') ?? ''), env);
    token.meta = { href };
    if (href === undefined) return '<span class="file">';
    token.attrSet('href', href);
    if (away) token.attrSet('rel', 'noopener noreferrer');
    return self.renderToken(tokens, at, options);
  };
  rules.link_close = (tokens, at) => {
    let depth = 0;
    for (let open = at; open >= 0; open--) {
      if (tokens[open].type === 'link_close') depth++;
      if (tokens[open].type === 'link_open' && --depth === 0)
        return tokens[open].meta.href === undefined ? '</span>' : '</a>';
    }
    return '</a>';
  };
  rules.image = (tokens, at, _options, env) => {
    const token = tokens[at];
    const { href, source } = resolve(token.attrGet('src') ?? '', env);
    if (href === undefined) return '';
    if (source?.startsWith('docs/pictures/') && source.endsWith('.svg')) return drawing(source, token.content, md);
    return `<img src="${href}" alt="${md.utils.escapeHtml(token.content)}" loading="lazy">`;
  };
  // In the reference the name of a type leads to it.
  const linked = (/** @type {string} */ html, /** @type {Env} */ env) =>
    env.page?.source.startsWith('api/')
      ? html.replace(/<[^>]*>|\b[A-Z]\w+/g, (part) => {
          const [path, anchor] = env.names.get(part)?.split('#') ?? [];
          if (path === undefined) return part;
          return `<a href="${path === env.page.path ? '' : between(env.page.path, path)}#${anchor}">${part}</a>`;
        })
      : html;
  const inline = rules.code_inline;
  rules.code_inline = (tokens, at, options, env, self) => {
    const html = inline?.(tokens, at, options, env, self) ?? '';
    // What is a link already stays one.
    return tokens[at - 1]?.type === 'link_open' ? html : linked(html, env);
  };
  // What is wider than the page is scrolled by itself, with keys too.
  rules.table_open = () => '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>\n';
  rules.table_close = () => '</table></div>\n';
  // A heading without words heads nothing.
  md.core.ruler.push('headings-of-tables', (state) => {
    for (const [at, token] of state.tokens.entries()) {
      if (token.type !== 'th_open' || state.tokens[at + 1].content !== '') continue;
      token.tag = 'td';
      state.tokens[at + 2].tag = 'td';
    }
  });
  const fence = rules.fence;
  rules.fence = (...args) => {
    const html = fence?.(...args).replace('<pre>', '<pre tabindex="0">') ?? '';
    return `<div class="code">${linked(html, args[3])}</div>\n`;
  };
  rules.code_block = rules.fence;
  return md;
}

/** Only the sections of these headings, in this order, below a title. */
export function part(/** @type {string} */ text, /** @type {string} */ title, /** @type {string[]} */ only) {
  const sections = text.split(/^(?=## )/m);
  const wanted = only.map((name) => {
    const found = sections.find((section) => section.startsWith(`## ${name}\n`));
    if (found === undefined) throw new Error(`there is no section "${name}" any more`);
    return found;
  });
  return `# ${title}\n\n${wanted.join('')}`;
}

/**
 * @typedef {{anchor: string, title: string, level: number, text: string, code: string}} Section
 * @param {MarkdownIt} md
 * @param {string} text
 * @returns {Section[]} one a heading, the first with the page's title; texts are plain
 */
export function sections(md, text) {
  /** @type {Section[]} */
  const found = [];
  let words = '';
  let code = '';
  const line = (/** @type {string} */ text) => text.replace(/\s+/g, ' ').trim();
  const close = () => {
    const last = found.at(-1);
    if (last) Object.assign(last, { text: line(words), code: line(code) });
    words = '';
    code = '';
  };
  const tokens = md.parse(text, {});
  for (const [at, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      close();
      const title = plain(tokens[at + 1]);
      found.push({ anchor: token.attrGet('id') ?? '', title, level: Number(token.tag[1]), text: '', code: '' });
    } else if (token.type === 'inline' && tokens[at - 1]?.type !== 'heading_open') {
      words += `${plain(token)} `;
    } else if (token.type === 'fence') code += `${token.content} `;
  }
  close();
  return found;
}
