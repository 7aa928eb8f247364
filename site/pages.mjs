// What the site is made of: files of the repository, and pages that are made from its sources.

/**
 * @typedef {object} Page
 * @property {string} source file of the repository; or, of a page that is made, the name by which others link to it
 * @property {string} path of the page in the site
 * @property {string} [name] in the navigation, where the title is too long
 * @property {string} [title] where the first heading is not the title
 * @property {string[]} [only] headings of the second level whose sections make the page; all of them if absent
 * @property {() => Promise<string>} [make] gives the Markdown of a page that is no file
 *
 * @typedef {{name: string, pages: Page[]}} Group
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../web/tools/steps.mjs';
import { commands } from './commands.mjs';
import { SUBPATHS, subpath } from './reference.mjs';

/** @type {Group[]} */
export const GROUPS = [
  {
    name: 'Start',
    pages: [
      {
        source: 'README.md',
        path: 'start.html',
        title: 'Quick start',
        only: ['In a page of your own', 'Try it', 'How it works', 'What it cannot do yet', 'Licence'],
      },
      { source: 'docs/package.md', path: 'tools.html', name: 'In your tools' },
    ],
  },
  {
    name: 'Guides',
    pages: [
      { source: 'docs/guides/shop.md', path: 'guides/shop.html', name: 'A shop’s feed' },
      { source: 'docs/guides/blog.md', path: 'guides/blog.html' },
      { source: 'docs/guides/json.md', path: 'guides/json.html', name: 'A JSON export' },
      { source: 'docs/guides/movielens.md', path: 'guides/movielens.html' },
      { source: 'docs/guides/profile.md', path: 'guides/profile.html', name: 'Ask, show, delete' },
      { source: 'docs/guides/hosting.md', path: 'guides/hosting.html', name: 'Hosting' },
    ],
  },
  {
    name: 'Concepts',
    pages: [
      { source: 'docs/concepts.md', path: 'concepts.html', name: 'In pictures' },
      { source: 'docs/recommendations.md', path: 'concepts/recommendations.html', name: 'Recommendations' },
      { source: 'docs/words.md', path: 'concepts/words.html', name: 'Search by words' },
      { source: 'docs/search.md', path: 'concepts/vectors.html', name: 'Search among vectors' },
      { source: 'docs/topics.md', path: 'concepts/topics.html', name: 'Topics, repeats, heads' },
      { source: 'docs/encoder.md', path: 'concepts/encoder.html', name: 'Speed of the encoder' },
      { source: 'models/predilect-encoder-small/README.md', path: 'concepts/model.html', name: 'The encoder’s card' },
    ],
  },
  {
    name: 'Reference',
    pages: [
      { source: 'web/README.md', path: 'reference.html', title: 'The package', name: 'All calls and options' },
      { source: 'commands', path: 'reference/commands.html', name: 'Command line', make: commands },
      { source: 'docs/errors.md', path: 'reference/errors.html', name: 'Error codes' },
      ...SUBPATHS.map((name) => ({
        source: `api/${name}`,
        path: `reference/${name}.html`,
        name: name === 'index' ? 'predilect' : `predilect/${name}`,
        make: () => subpath(name),
      })),
    ],
  },
  {
    name: 'About',
    pages: [
      { source: 'docs/privacy.md', path: 'privacy.html', name: 'Privacy' },
      { source: 'docs/threat-model.md', path: 'threat-model.html' },
      { source: 'docs/performance.md', path: 'performance.html' },
      { source: 'docs/comparison.md', path: 'comparison.html', name: 'Beside others' },
      { source: 'CHANGELOG.md', path: 'changes.html', name: 'Changes' },
      { source: 'crates/ARCHITECTURE.md', path: 'architecture.html' },
      { source: 'CONTRIBUTING.md', path: 'contributing.html' },
      { source: 'docs/dependencies.md', path: 'dependencies.html' },
      { source: 'models/distill/README.md', path: 'distillation.html', name: 'How the encoder was made' },
    ],
  },
];

/** The first page: what the README opens with. */
export const HOME = {
  source: 'home',
  path: 'index.html',
  title: 'Predilect: recommendations that stay with the reader',
  make: async () => readFileSync(join(root, 'README.md'), 'utf8').split(/^## /m)[0],
};

/** What the first page leads to. */
export const WAYS = [
  { path: './guides/shop.html', name: 'A shop', text: 'Recommendations for a product feed as shops have it anyway.' },
  {
    path: './guides/blog.html',
    name: 'A blog',
    text: 'What to read next, from RSS, a folder of Markdown or a built site.',
  },
  {
    path: './tools.html',
    name: 'Your tools',
    text: 'Vite, webpack, Next, React, Vue, Node, a CDN, or no build at all.',
  },
  { path: './privacy.html', name: 'Privacy', text: 'What is kept, what protects it, and what was broken to see.' },
  { path: './performance.html', name: 'Performance', text: 'Every figure with the command that made it.' },
  {
    path: './comparison.html',
    name: 'Beside others',
    text: 'What others do better, and what you would write for each.',
  },
];

/** All pages, in the order of the navigation. */
export const PAGES = [HOME, ...GROUPS.flatMap(({ pages }) => pages)];
