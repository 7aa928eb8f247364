// `npm run dependencies`: what this project stands on. Checks licences, sources, crates that a module carries twice, and
// `unsafe`, against dependencies.json; compares docs/dependencies.md with what is there now, or with --write writes it;
// asks the registry for known weaknesses of the npm tools. All but the last works without a network once cargo has what
// Cargo.lock names. Part of `npm run lint`.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from './setup.mjs';
import { files, npm, Remedy, root, run } from './steps.mjs';

const PAGE = join(root, 'docs/dependencies.md');
const HOST = 'x86_64-unknown-linux-gnu';
const WASM = 'wasm32-unknown-unknown';
const AUDIT_PATIENCE = 30_000;

/** Modules that readers load, and the crate that each is made from. */
const MODULES = {
  engine: 'predilect-wasm',
  encoder: 'predilect-encoder-wasm',
  search: 'predilect-search-wasm',
  gpu: 'predilect-gpu-wasm',
  builder: 'predilect-builder-wasm',
};

/**
 * @typedef {{licences: Record<string, string>, 'licences of npm tools': Record<string, string>, sources: string[], twice: Record<string, string>, unsafe: Record<string, string>}} Rules
 * @typedef {{name: string, version: string, licence: string, source: string | null, folder: string}} Crate
 */

/**
 * Whether an SPDX expression can be met by licences of a list. Older crates write `/` for OR.
 *
 * @param {string} expression
 * @param {readonly string[]} allowed
 */
export function permits(expression, allowed) {
  const words = expression.replaceAll('/', ' OR ').match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const one = () => {
    if (words[at] === '(') {
      at++;
      const inner = any();
      if (words[at++] !== ')') throw new Error(`"${expression}": a bracket is not closed`);
      return inner;
    }
    let name = words[at++] ?? '';
    if (words[at] === 'WITH') {
      name += ` WITH ${words[at + 1]}`;
      at += 2;
    }
    return allowed.includes(name);
  };
  const all = () => {
    let met = one();
    while (words[at] === 'AND') {
      at++;
      met = one() && met;
    }
    return met;
  };
  const any = () => {
    let met = all();
    while (words[at] === 'OR') {
      at++;
      met = all() || met;
    }
    return met;
  };
  const met = any();
  return met && at === words.length;
}

/** How many lines of Rust source use `unsafe` outside comments and texts, those that forbid it left out. */
export function unsafeLines(/** @type {string} */ source) {
  const code = source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
    .replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return code.split('\n').filter((line) => /\bunsafe\b/.test(line)).length;
}

/** @returns {Promise<Crate[]>} all crates of the tools, the tests and the modules */
async function crates() {
  /** @type {Map<string, Crate>} */
  const all = new Map();
  for (const platform of [HOST, WASM]) {
    const args = ['metadata', '--format-version', '1', '--locked', '--filter-platform', platform];
    const { code, output } = await run('cargo', args, { quiet: true });
    const json = output.split('\n').find((line) => line.startsWith('{'));
    if (code !== 0 || !json)
      throw new Remedy(`cargo cannot list the crates; run \`npm start\` once:\n${output.slice(0, 500)}`);
    for (const { name, version, license, source, manifest_path } of JSON.parse(json).packages) {
      all.set(`${name} ${version}`, { name, version, licence: license ?? '', source, folder: dirname(manifest_path) });
    }
  }
  return [...all.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** @returns {Promise<Map<string, string[]>>} `name version` of what is linked into the modules, with their names */
async function shipped() {
  /** @type {Map<string, string[]>} */
  const all = new Map();
  for (const [module, crate] of Object.entries(MODULES)) {
    const args = ['tree', '--locked', '-p', crate, '--target', WASM, '-e', 'normal,no-proc-macro'];
    const { code, output } = await run('cargo', [...args, '--prefix', 'none', '-f', '{p}'], { quiet: true });
    if (code !== 0) throw new Remedy(`cargo cannot list the crates of ${crate}: ${output.slice(0, 500)}`);
    for (const [, name, version] of output.matchAll(/^([\w-]+) v(\S+)/gm)) {
      const modules = all.get(`${name} ${version}`) ?? [];
      if (!modules.includes(module)) all.set(`${name} ${version}`, [...modules, module]);
    }
  }
  return all;
}

/** @returns {{name: string, version: string, licence: string, optional: boolean}[]} npm packages, of the tools only */
function packages() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, { version, license = '', optional = false }]) => {
      return {
        name: path.slice(path.indexOf('node_modules/') + 'node_modules/'.length),
        version,
        licence: license,
        optional,
      };
    });
}

/** What breaks a rule, and the page. */
async function inspect() {
  /** @type {Rules} */
  const rules = JSON.parse(readFileSync(join(root, 'web/tools/dependencies.json'), 'utf8'));
  const allowed = Object.keys(rules.licences);
  const broken = [];
  const foreign = (await crates()).filter(({ source }) => source !== null);
  const modules = await shipped();
  const npms = packages();
  const tools = [...allowed, ...Object.keys(rules['licences of npm tools'])];
  const check = (
    /** @type {{name: string, version: string, licence: string}[]} */ list,
    /** @type {string[]} */ known,
  ) => {
    for (const { name, version, licence } of list) {
      if (!permits(licence, known))
        broken.push(`${name} ${version}: its licence is "${licence}", which is not on the list`);
    }
  };
  check(foreign, allowed);
  check(npms, tools);
  for (const { name, version, source } of foreign) {
    if (!rules.sources.includes(source ?? '')) broken.push(`${name} ${version}: comes from ${source}`);
  }
  for (const module of Object.keys(MODULES)) {
    /** @type {Record<string, string[]>} */
    const versions = {};
    for (const [key, places] of modules) {
      const [name, version] = key.split(' ');
      if (places.includes(module)) versions[name] = [...(versions[name] ?? []), version];
    }
    for (const [name, found] of Object.entries(versions)) {
      if (found.length > 1 && !rules.twice[name])
        broken.push(`${module}.wasm carries ${name} twice: ${found.join(' and ')}`);
    }
  }
  const own = ownUnsafe();
  for (const { path } of own) if (!rules.unsafe[path]) broken.push(`${path}: uses unsafe, which only kernels may`);
  for (const path of Object.keys(rules.unsafe)) {
    if (!own.some((one) => one.path === path)) broken.push(`${path}: has no unsafe any more; take it off the list`);
  }
  for (const path of files(['crates', 'tests'], (path) => /^(crates\/[^/]+|tests)\/Cargo\.toml$/.test(path))) {
    if (!/^\[lints\]\nworkspace = true$/m.test(readFileSync(join(root, path), 'utf8'))) {
      broken.push(`${path}: does not take the lints of the workspace, which refuse unsafe`);
    }
  }
  return { broken, page: page(rules, foreign, modules, npms, own) };
}

/** Files of this project with `unsafe`. */
function ownUnsafe() {
  const found = files(['crates', 'tests'], (path) => path.endsWith('.rs')).map((path) => {
    const source = readFileSync(join(root, path), 'utf8');
    return { path, lines: unsafeLines(source), reasons: (source.match(/SAFETY:/g) ?? []).length };
  });
  return found.filter(({ lines }) => lines > 0);
}

/** @param {Crate} crate */
function unsafeOf({ folder }) {
  const names = readdirSync(join(folder, 'src'), { recursive: true }).map(String);
  const sources = names
    .filter((name) => name.endsWith('.rs'))
    .map((name) => readFileSync(join(folder, 'src', name), 'utf8'));
  return sources.reduce((sum, source) => sum + unsafeLines(source), 0);
}

function page(/** @type {Rules} */ rules, /** @type {Crate[]} */ foreign, modules, npms, own) {
  const linked = foreign.filter(({ name, version }) => modules.has(`${name} ${version}`));
  const rest = foreign.filter((crate) => !linked.includes(crate));
  const row = (/** @type {(string | number)[]} */ ...cells) => `| ${cells.join(' | ')} |`;
  const table = (head, rows) => [row(...head), row(...head.map(() => '---')), ...rows].join('\n');
  const licences = (list) => {
    /** @type {Record<string, string[]>} */
    const by = {};
    for (const { name, version, licence } of list) by[licence] = [...(by[licence] ?? []), `${name} ${version}`];
    return Object.keys(by)
      .sort()
      .map((licence) => row(licence, by[licence].join(', ')));
  };
  return `# Dependencies

Written by \`npm run dependencies -- --write\`, and checked by \`npm test\`: a licence that is not on the list of
\`web/tools/dependencies.json\`, a crate from elsewhere than crates.io, a crate that a module carries twice without a reason there,
or \`unsafe\` outside the kernels is an error, and so is a page that is not up to date. The same run asks the registry for known
weaknesses of the npm tools where it can be asked, and says so where it cannot. cargo-deny does such checks and
more; it is not used, for it would be compiled at every test, and its list of advisories has to be fetched.

The npm package has no dependencies. What follows is linked into its modules, or is a tool.

## In the modules that readers load

\`unsafe\`: lines of the crate's source that use it, compiled or not.

${table(
  ['crate', 'version', 'licence', 'in', 'unsafe'],
  linked.map((crate) =>
    row(
      crate.name,
      crate.version,
      crate.licence,
      modules.get(`${crate.name} ${crate.version}`).join(', '),
      unsafeOf(crate),
    ),
  ),
)}

## In the command line, the build and the tests only

${table(['licence', 'crates'], licences(rest))}

The long run of the fuzzer adds libfuzzer-sys and arbitrary (MIT OR Apache-2.0; libFuzzer itself NCSA), which nothing else uses.

## npm, tools only

${table(['licence', 'packages'], licences(npms.filter(({ optional }) => !optional)))}

and the programs of these for each kind of machine, under the same licences.

Most come with Eleventy, which makes the documentation out of Markdown that lies all over the repository. markdown-it is its own reader of
Markdown, also asked for sections and anchors; highlight.js colours code when the pages are made, so that they need no script for it;
TypeScript 5.9 reads the published types for the reference, for TypeScript 7 has no interface to do so.

## \`unsafe\` in this project

Refused by a lint everywhere but in these files:

${table(
  ['file', 'lines', 'reasons given (`SAFETY:`)', 'for'],
  own.map(({ path, lines, reasons }) => row(`\`${path}\``, lines, reasons, rules.unsafe[path] ?? '')),
)}
`;
}

/** Known weaknesses of the npm tools; false where there are some. */
async function audit() {
  const { output } = await npm(['audit', '--json', '--offline=false'], { quiet: true, timeout: AUDIT_PATIENCE });
  try {
    const { metadata } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
    const { total } = metadata.vulnerabilities;
    console.log(
      total === 0 ? 'npm audit: no known weakness' : `npm audit: ${total} known weaknesses; run \`npm audit\``,
    );
    return total === 0;
  } catch {
    console.log('npm audit: SKIPPED, the registry cannot be asked (no network, or it has no such list)');
    return true;
  }
}

/** Checks, or writes the page. */
export async function dependencies({ write = false } = {}) {
  const { broken, page } = await inspect();
  for (const text of broken) console.log(text);
  if (write) writeFileSync(PAGE, page);
  let current = '';
  try {
    current = readFileSync(PAGE, 'utf8');
  } catch {
    // Not written yet.
  }
  if (current !== page) console.log('docs/dependencies.md is not up to date: run `npm run dependencies -- --write`');
  const sound = await audit();
  return broken.length === 0 && current === page && sound;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    if (!(await dependencies({ write: process.argv.includes('--write') }))) process.exitCode = 1;
  } catch (error) {
    fail(error);
  }
}
