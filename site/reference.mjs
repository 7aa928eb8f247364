// The reference of the package: what its subpaths export, out of the published types and their comments.
//
// The compiler's own reader: it knows what a subpath exports, what is inherited, and what a comment says. TypeScript 7 has no such
// interface, so that this folder has a version of its own.

import { join, relative } from 'node:path';
import ts from 'typescript';
import { root } from '../web/tools/steps.mjs';

const DIST = join(root, 'web/dist');

/** Subpaths with an interface for people; `worker` has none. */
export const SUBPATHS = ['index', 'elements', 'wording', 'describe', 'build', 'vectors', 'react', 'vue'];

/** Called by browsers and bundlers, not by people. */
const INTERNAL = /^(observedAttributes|connectedCallback|disconnectedCallback|attributeChangedCallback|prototype)$/;

const fileOf = (/** @type {string} */ name) => join(DIST, name === 'elements' ? 'elements/index.d.ts' : `${name}.d.ts`);

/** @type {ts.Program | undefined} */
let program;

function types() {
  program ??= ts.createProgram(SUBPATHS.map(fileOf), {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
    strict: true,
    typeRoots: [],
  });
  return program;
}

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {ts.Symbol} symbol
 * @property {ts.Declaration[]} declarations
 */

/** What a subpath exports, by name. */
export function exported(/** @type {string} */ name) {
  const checker = types().getTypeChecker();
  const file = types().getSourceFile(fileOf(name));
  const module = file && checker.getSymbolAtLocation(file);
  if (!module)
    throw new Error(`${relative(root, fileOf(name))} is missing: run \`node web/tools/setup.mjs typescript\``);
  return checker.getExportsOfModule(module).map((symbol) => {
    const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return { name: symbol.name, symbol: real, declarations: real.declarations ?? [] };
  });
}

/** The comment of a symbol, with its parameters, as Markdown. */
export function comment(/** @type {ts.Symbol | ts.Signature} */ symbol) {
  const checker = types().getTypeChecker();
  return linked(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
}

/** `{@link Name}` as the name. */
const linked = (/** @type {string} */ text) => text.replace(/\{@link\s+([^}]+?)\s*\}/g, '`$1`').trim();

/** A declaration as it is published, without its comments and its `export declare`. */
function code(/** @type {ts.Node} */ node) {
  const printer = ts.createPrinter({ removeComments: true });
  const text = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
  return text.replace(/^export (declare )?/, '').replace(/^declare /, '');
}

const fenced = (/** @type {string} */ text) => `\`\`\`ts\n${text}\n\`\`\`\n`;
const cell = (/** @type {string} */ text) => text.replace(/\s+/g, ' ').replaceAll('|', '\\|');

/** What is declared in the package itself; what an element inherits from the browser is not told here. */
const own = (/** @type {ts.Declaration} */ node) => node.getSourceFile().fileName.startsWith(DIST);

function isHidden(/** @type {ts.Declaration} */ node) {
  const flags = ts.getCombinedModifierFlags(node);
  const name = ts.getNameOfDeclaration(node);
  return (
    (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0 ||
    (name !== undefined && (ts.isPrivateIdentifier(name) || INTERNAL.test(name.getText())))
  );
}

/** Parameters that have a comment. */
function parameters(/** @type {ts.Declaration} */ node) {
  const told = ts
    .getJSDocTags(node)
    .filter(ts.isJSDocParameterTag)
    .map((tag) => {
      const text = linked(ts.getTextOfJSDocComment(tag.comment) ?? '');
      return `- \`${tag.name.getText()}\`: ${text}`;
    });
  return told.length > 0 ? `${told.join('\n')}\n` : '';
}

/** Members of a class: calls and accessors, each with its text. */
function members(/** @type {ts.ClassDeclaration} */ node, /** @type {ts.Symbol} */ symbol) {
  const checker = types().getTypeChecker();
  const instance = checker.getDeclaredTypeOfSymbol(symbol).getProperties();
  const statics = checker.getTypeOfSymbol(symbol).getProperties();
  const parts = [];
  for (const member of [...statics, ...instance]) {
    const nodes = (member.declarations ?? []).filter((declaration) => own(declaration) && !isHidden(declaration));
    if (nodes.length === 0) continue;
    const signatures = nodes.map(code).join('\n');
    const texts = nodes.map((one) => linked(ts.getJSDocCommentsAndTags(one).map(textOf).join('\n\n')));
    const text = [...new Set(texts)].filter(Boolean).join('\n\n');
    const callable = nodes.some((one) => ts.isMethodDeclaration(one));
    parts.push(
      `### ${node.name?.text}.${member.name}${callable ? '()' : ''}\n\n${fenced(signatures)}\n${text}\n\n${nodes.map(parameters).join('')}`,
    );
  }
  return parts.join('\n');
}

function textOf(/** @type {ts.JSDoc | ts.JSDocTag} */ node) {
  return ts.isJSDoc(node) ? (ts.getTextOfJSDocComment(node.comment) ?? '') : '';
}

/** Properties of an interface, or of the object that an alias names. */
function properties(/** @type {ts.Declaration} */ node) {
  const list = ts.isInterfaceDeclaration(node)
    ? node.members
    : ts.isTypeAliasDeclaration(node) && ts.isTypeLiteralNode(node.type)
      ? node.type.members
      : [];
  const rows = list.flatMap((member) => {
    if (!ts.isPropertySignature(member) && !ts.isMethodSignature(member)) return [];
    const text = ts.getJSDocCommentsAndTags(member).map(textOf).join(' ');
    const optional = member.questionToken ? '?' : '';
    const type = ts.isPropertySignature(member) ? (member.type ? code(member.type) : 'unknown') : code(member);
    return `| \`${member.name.getText()}${optional}\` | \`${cell(type)}\` | ${cell(linked(text))} |`;
  });
  return rows.length > 0 ? `\n| name | type | meaning |\n|---|---|---|\n${rows.join('\n')}\n` : '';
}

/** Members of a union of words, each with its comment. */
function words(/** @type {ts.Declaration} */ node) {
  if (!ts.isTypeAliasDeclaration(node) || !ts.isUnionTypeNode(node.type)) return '';
  const rows = node.type.types.flatMap((type) => {
    const ranges = ts.getLeadingCommentRanges(node.getSourceFile().text, type.pos) ?? [];
    const text = ranges
      .map(({ pos, end }) =>
        node
          .getSourceFile()
          .text.slice(pos + 3, end - 2)
          .trim(),
      )
      .join(' ');
    return text ? [`| \`${cell(type.getText())}\` | ${cell(text)} |`] : [];
  });
  return rows.length > 0 ? `\n| value | meaning |\n|---|---|\n${rows.join('\n')}\n` : '';
}

function entry(/** @type {Entry} */ { name, symbol, declarations }) {
  const parts = [`## ${name}\n`];
  const [first] = declarations;
  if (first && ts.isClassDeclaration(first)) {
    const heritage = first.heritageClauses?.map((clause) => clause.getText()).join(' ') ?? '';
    const generic = first.typeParameters ? `<${first.typeParameters.map((one) => one.getText()).join(', ')}>` : '';
    parts.push(fenced(`class ${name}${generic} ${heritage}`.trim()), `${comment(symbol)}\n`, members(first, symbol));
    return parts.join('\n');
  }
  const table = declarations.map((one) => properties(one) || words(one)).join('');
  // A table says all that the declaration says.
  const shown = declarations.filter((one) => !ts.isInterfaceDeclaration(one) || one.heritageClauses !== undefined);
  if (shown.length > 0 && !(table && words(first)))
    parts.push(fenced(shown.map((one) => code(ts.isVariableDeclaration(one) ? one.parent.parent : one)).join('\n')));
  parts.push(`${comment(symbol)}\n`, declarations.map(parameters).join(''), table);
  return parts.join('\n');
}

/** Markdown of the page of a subpath. */
export async function subpath(/** @type {string} */ name) {
  const all = exported(name);
  const named = name === 'index' ? 'predilect' : `predilect/${name}`;
  const kind = (/** @type {Entry} */ { declarations: [first] }) =>
    ts.isClassDeclaration(first) ? 0 : ts.isFunctionDeclaration(first) || ts.isVariableDeclaration(first) ? 1 : 2;
  const sorted = [...all].sort((a, b) => kind(a) - kind(b) || (a.name < b.name ? -1 : 1));
  const list = sorted.map((one) => `[\`${one.name}\`](#${one.name.toLowerCase()})`).join(', ');
  return `# ${named}\n\n${fenced(`import { … } from '${named}';`)}\n${list}\n\n${sorted.map(entry).join('\n')}`;
}
