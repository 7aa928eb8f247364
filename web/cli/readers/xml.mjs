// As much of XML as feeds are written in: elements, attributes, text, CDATA. Declared entities, and what they could be used for, are
// not read. Names keep no prefix but that of another vocabulary: `g:price` stays, for `price` may stand beside it.

/** @typedef {{name: string, attributes: Record<string, string>, children: Element[], text: string}} Element */

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*(?:\[[\s\S]*?\])?[^>]*>|<(\/?)([^\s/>]+)((?:"[^"]*"|'[^']*'|[^"'>])*)>|[^<]+/gi;
const ATTRIBUTE = /([^\s=/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Text without its entities; an unknown one stays as it is. */
function decode(/** @type {string} */ text) {
  return text.replace(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, name) => {
    if (name[0] !== '#') return ENTITIES[name] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/**
 * Reads a document.
 *
 * @param {string} source
 * @returns {Element} the outermost element
 * @throws {Error} where elements are not closed as they were opened
 */
export function parseXml(source) {
  /** @type {Element} */
  const top = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  for (const [whole, cdata, closing, name, rest] of source.matchAll(TOKEN)) {
    const inner = /** @type {Element} */ (open.at(-1));
    if (cdata !== undefined) inner.text += cdata;
    else if (name === undefined) inner.text += whole.startsWith('<') ? '' : decode(whole);
    else if (closing) {
      if (inner.name !== name) throw new Error(`</${name}> closes <${inner.name}>`);
      open.pop();
    } else {
      const attributes = Object.fromEntries(
        [...rest.matchAll(ATTRIBUTE)].map(([, key, double, single]) => [key, decode(double ?? single)]),
      );
      const element = { name, attributes, children: [], text: '' };
      inner.children.push(element);
      if (!rest.endsWith('/')) open.push(element);
    }
  }
  const [first] = top.children;
  if (open.length > 1) throw new Error(`<${open.at(-1)?.name}> is not closed; the file may be cut`);
  if (!first) throw new Error('there is no element in it');
  return first;
}

/** The first child of one of these names. */
export function child(/** @type {Element} */ element, /** @type {string[]} */ ...names) {
  for (const name of names) {
    const found = element.children.find((one) => one.name === name);
    if (found) return found;
  }
  return undefined;
}

/** The text of an element and of those in it. */
function allText(/** @type {Element} */ element) {
  return [element.text, ...element.children.map(allText)].join(' ').trim();
}

/** The trimmed text of the first child of one of these names that has any. */
export function textOf(/** @type {Element} */ element, /** @type {string[]} */ ...names) {
  for (const name of names) {
    const found = child(element, name);
    const text = found && allText(found);
    if (text) return text;
  }
  return undefined;
}
