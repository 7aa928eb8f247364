// Feeds as sites have them anyway -> records: RSS, Atom, and product feeds in the form of Google Merchant Center (XML, TSV, CSV).

import { Failure } from '../failure.mjs';
import { child, parseXml, textOf } from './xml.mjs';

/** @typedef {Record<string, unknown>} Record_ */

/** Columns by which a table is known for a product feed. */
const MERCHANT = ['id', 'title', 'link', 'image_link'];

/** A date as the builder reads it. */
function day(/** @type {string | undefined} */ text) {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Without what is empty. */
const filled = (/** @type {Record_} */ record) =>
  Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined && value !== '' && String(value).length > 0),
  );

/** Currencies that are divided into a thousand parts. */
const THOUSANDTHS = /\b(BHD|IQD|JOD|KWD|LYD|OMR|TND)\b/;

/** The number of a price such as `39.90 EUR`, `EUR 39,90` or `1,299.00 USD`. */
function amount(/** @type {string | undefined} */ text) {
  const digits = text
    ?.match(/\d(?:[\d.,]|['’\s](?=\d))*/)?.[0]
    .replace(/['’\s]/g, '')
    .replace(THOUSANDTHS.test(text) ? /[.,](?=\d{3}[.,])/g : /[.,](?=\d{3}(\D|$))/g, '')
    .replace(',', '.');
  return digits === undefined ? undefined : Number(digits);
}

/** A product of a feed as a record: addresses and prices under the names that cards and filters look for. */
export function merchant(/** @type {Record<string, string>} */ row) {
  const { link, image_link, price, sale_price, product_type, google_product_category, ...rest } = row;
  // `Home > Kitchen > Tea`: the widest is what filters ask for, all of them are labels.
  const path = (product_type || (/^\d+$/.test(google_product_category ?? '') ? '' : google_product_category) || '')
    .split('>')
    .map((part) => part.trim())
    .filter(Boolean);
  return filled({
    ...rest,
    ...filled({
      url: link,
      image: image_link,
      price: amount(sale_price || price),
      currency: price?.match(/[A-Z]{3}/)?.[0],
      category: path[0],
      tags: path.length > 1 ? path.slice(1) : undefined,
    }),
  });
}

/**
 * Rows of a table (RFC 4180: cells in quotes may hold separators, lines and doubled quotes).
 *
 * @param {string} text
 * @param {string} separator
 */
function rows(text, separator) {
  const quoted = text.replace(/^\ufeff/, '');
  /** @type {string[][]} */
  const all = [[]];
  let cell = '';
  let inside = false;
  for (let at = 0; at < quoted.length; at++) {
    const sign = quoted[at];
    if (inside) {
      if (sign !== '"') cell += sign;
      else if (quoted[at + 1] === '"') {
        cell += '"';
        at++;
      } else inside = false;
    } else if (sign === '"' && cell === '') inside = true;
    else if (sign === separator || sign === '\n') {
      all.at(-1)?.push(cell.replace(/\r$/, ''));
      cell = '';
      if (sign === '\n') all.push([]);
    } else cell += sign;
  }
  if (inside) throw new Failure(`row ${all.length}: a quote is opened and never closed`);
  all.at(-1)?.push(cell.replace(/\r$/, ''));
  return all.filter((row) => row.some((value) => value !== ''));
}

const columns = (/** @type {string} */ line, /** @type {string} */ separator) =>
  line.split(separator).map((name) =>
    name
      .replace(/^\ufeff?"?|"?\r?$/g, '')
      .trim()
      .toLowerCase()
      .replaceAll(' ', '_'),
  );

/** The separator of a table that is a product feed, by its first line. */
export function merchantSeparator(/** @type {string} */ line) {
  return ['\t', ',', ';', '|'].find((separator) => {
    const names = columns(line, separator);
    return MERCHANT.every((name) => names.includes(name));
  });
}

/** Records of a product feed that is a table. */
export function merchantTable(/** @type {string} */ text) {
  const line = text.slice(0, text.indexOf('\n') + 1 || undefined).trimEnd();
  const separator = merchantSeparator(line) ?? ',';
  const names = columns(line, separator);
  return rows(text, separator)
    .slice(1)
    .map((row) => merchant(Object.fromEntries(names.map((name, at) => [name, row[at]?.trim() ?? '']))));
}

/** Records of an RSS or Atom feed, or of a product feed in either form. */
export function feed(/** @type {string} */ source, /** @type {string} */ name) {
  let root;
  try {
    root = parseXml(source);
  } catch (error) {
    throw new Failure(`${name}: is no XML that can be read: ${error.message}`);
  }
  if (root.name === 'sitemapindex' || root.name === 'urlset') {
    throw new Failure(
      `${name}: a sitemap names pages and does not hold them; build from the folder of pages that it lies in`,
      2,
    );
  }
  const list = root.name === 'feed' ? root : (child(root, 'channel') ?? root);
  const lang = root.attributes['xml:lang'] ?? textOf(list, 'language', 'dc:language');
  // RSS 1.0 has its items beside the channel.
  const items = [...list.children, ...(list === root ? [] : root.children)].filter((one) =>
    ['item', 'entry'].includes(one.name),
  );
  if (items.length === 0) throw new Failure(`${name}: <${root.name}> has no <item> or <entry>`);
  return items.map((item) => {
    if (item.children.some((one) => one.name.startsWith('g:'))) {
      const fields = item.children.map(
        (one) => /** @type {const} */ ([one.name.replace(/^g:/, ''), one.text.trim() || (one.attributes.href ?? '')]),
      );
      return merchant(Object.fromEntries(fields.filter(([, text]) => text !== '')));
    }
    const links = item.children.filter((one) => one.name === 'link');
    const link = links.find((one) => (one.attributes.rel ?? 'alternate') === 'alternate') ?? links[0];
    const url = link?.attributes.href ?? link?.text.trim();
    const media = ['media:content', 'media:thumbnail', 'enclosure'].map((kind) => child(item, kind)).find(Boolean);
    const { url: address, type, medium = 'image' } = media?.attributes ?? {};
    const picture = medium === 'image' && /^image/.test(type ?? 'image') ? address : undefined;
    const tags = item.children
      .filter((one) => one.name === 'category')
      .map((one) => one.attributes.term ?? one.text.trim());
    return filled({
      id: textOf(item, 'guid', 'id') ?? url,
      title: textOf(item, 'title'),
      text: textOf(item, 'content:encoded', 'content', 'description', 'summary'),
      tags: tags.length > 0 ? tags : undefined,
      date: day(textOf(item, 'pubDate', 'published', 'updated', 'dc:date')),
      lang: item.attributes['xml:lang'] ?? lang?.split('-')[0],
      author:
        textOf(item, 'dc:creator') ??
        (child(item, 'author') && textOf(/** @type {any} */ (child(item, 'author')), 'name')),
      url,
      image: picture,
    });
  });
}
