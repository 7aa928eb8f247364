// How Eleventy makes the site: no templates of its own but the frame; the pages are Markdown that lies all over the repository.

import { between, renderer } from './markdown.mjs';
import { GROUPS, HOME, WAYS } from './pages.mjs';

/** Folders, relative to this one; what is made lies in `dist`. */
export const FOLDERS = { input: 'pages', includes: '../layout', output: 'dist' };

/** The parts of what the README opens with, which the first page sets apart. */
const OPENING = {
  lead: /(<p>(?!<img)[\s\S]*?<\/p>)/,
  picture: /<p>(<img[^>]*>)<\/p>/,
  points: /(<ul>[\s\S]*?<\/ul>)/,
};

/**
 * @typedef {object} Site
 * @property {{page: import('./pages.mjs').Page, text: string, title: string, parts: import('./markdown.mjs').Section[], related: {path: string, title: string}[]}[]} pages
 * @property {Omit<import('./markdown.mjs').Env, 'page'>} env
 */

/** The beginning of a page in a line, for those who link to it. */
function beginning(/** @type {import('./markdown.mjs').Section[]} */ sections) {
  const text = sections.map((one) => one.text).find((text) => text.length > 40) ?? '';
  return text.length > 160 ? `${text.slice(0, 160).replace(/\s+\S*$/, '')} …` : text;
}

/** So many sections make a page long. */
const LONG = 4;

/** Below the title of a long page, what it holds. */
function contents(/** @type {string} */ html, /** @type {import('./markdown.mjs').Section[]} */ sections) {
  const parts = sections.filter(({ level }) => level === 2);
  if (parts.length < LONG) return html;
  const plain = (/** @type {string} */ text) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const list = parts.map(({ anchor, title }) => `<li><a href="#${anchor}">${plain(title)}</a></li>`).join('');
  return html.replace('</h1>', `</h1>\n<nav class="contents" aria-label="On this page"><ul>${list}</ul></nav>`);
}

/** The configuration for a site whose pages are read already. */
export function configure(/** @type {Site} */ { pages, env }) {
  return (/** @type {any} */ eleventy) => {
    const md = renderer();
    eleventy.setLibrary('md', { render: (text, data) => md.render(text, { ...env, page: data.source }) });
    eleventy.addFilter('to', between);
    eleventy.addFilter('contents', contents);
    eleventy.addGlobalData('groups', GROUPS);
    eleventy.addGlobalData('ways', WAYS);
    for (const [name, pattern] of Object.entries(OPENING)) {
      eleventy.addFilter(name, (/** @type {string} */ html) =>
        (html.match(pattern)?.[1] ?? '').replace('<ul>', '<ul class="points">'),
      );
    }
    eleventy.setIncludesDirectory(FOLDERS.includes);
    eleventy.setUseGitIgnore(false);
    eleventy.setQuietMode(true);
    eleventy.addPassthroughCopy({ assets: '.', '../web/demo/icon.svg': 'icon.svg' });
    for (const [at, { page, text, title, parts, related }] of pages.entries()) {
      eleventy.addTemplate(`${page.path.replace(/\.html$/, '')}.md`, text, {
        layout: page === HOME ? 'home.njk' : 'page.njk',
        permalink: page.path,
        // Braces in the text are braces, not commands.
        templateEngineOverride: 'md',
        source: page,
        title,
        related,
        about: beginning(parts),
        // Made pages of the reference begin with a list of their own.
        sections: page.make ? [] : parts,
        group: GROUPS.find((group) => group.pages.includes(page))?.name,
        previous: at > 1 ? pages[at - 1].page : undefined,
        following: pages[at + 1]?.page,
      });
    }
  };
}
