// Lines beside recommendations in the words of the page's own describer, such as a language model: it is told facts only, and what it
// says is shown only if the facts bear it out.

import { abortError, PredilectError } from './errors.js';
import type { ItemFields, Reason } from './lists.js';
import { itemOf, type Language, type SummaryOptions, summarise, type WordOptions, wordReason } from './wording.js';

/** What a describer may say, and nothing else. */
export interface Facts {
  /** One item and why it is here, or a whole list. */
  about: 'item' | 'list';
  lang: Language;
  /** Of each item the fields that the page allows. */
  items: Readonly<Record<string, unknown>>[];
  /** Why, in words, the strongest reason first. */
  reasons: string[];
  /** What is shown where the describer has nothing better. */
  template: string;
  /** Characters that there is room for. */
  maxChars: number;
}

/** Words facts. What it returns is checked: a plain text of at most `maxChars` characters whose numbers, quotations and names are in the facts. */
export type Describe = (facts: Facts, options: { signal: AbortSignal }) => string | Promise<string>;

/** A line to show. */
export interface Described {
  /** Plain text: show it as text, never as HTML. */
  text: string;
  by: 'describer' | 'template';
  /** Why the describer's words are not shown. */
  refused?: string;
}

/** Options of `describeItem` and `describeList`. */
export interface DescriberOptions {
  /** Language of the words. Default `en`. */
  lang?: Language;
  /** Fields that the describer is told, and may name. Default: `title`, `category` and `tags`. */
  fields?: readonly string[];
  /** Characters of the line, 20 to 1000. Default 200. */
  maxChars?: number;
  /** Milliseconds after which the template is shown instead. Default 5000. */
  timeout?: number;
  /** Abandons the call, which then rejects with `aborted`. */
  signal?: AbortSignal;
}

/** An item of a list with its reasons. */
type Listed = { fields: ItemFields; reasons: readonly Reason[] };

/** Reasons that a describer is told of an item. */
const REASONS = 3;
/** Items that it is told of a list. */
const ITEMS = 10;

/** Says why an item is recommended: by the describer, or by the template where that fails, takes too long or says what is no fact. */
export function describeItem(
  item: Listed,
  describe: Describe | undefined,
  options: DescriberOptions & { titles?: ReadonlyMap<string, string>; templates?: WordOptions['templates'] } = {},
): Promise<Described> {
  const { lang = 'en', titles, templates } = options;
  const reasons = item.reasons
    .slice(0, REASONS)
    .map((reason) =>
      wordReason(reason, { lang, title: titles?.get(itemOf(reason) ?? ''), ...(templates && { templates }) }),
    );
  return described('item', [item.fields], reasons, reasons[0] ?? '', describe, options);
}

/** Sums a list up: by the describer, or by the template (`summarise`). */
export function describeList(
  items: readonly Listed[],
  describe: Describe | undefined,
  options: DescriberOptions & SummaryOptions = {},
): Promise<Described> {
  const { lang = 'en', titles } = options;
  const lines = items.flatMap(({ reasons: [first] }) =>
    first ? [wordReason(first, { lang, title: titles?.get(itemOf(first) ?? '') })] : [],
  );
  const fields = items.slice(0, ITEMS).map((item) => item.fields);
  return described('list', fields, [...new Set(lines)], summarise(items, options), describe, options);
}

async function described(
  about: Facts['about'],
  items: readonly ItemFields[],
  reasons: string[],
  template: string,
  describe: Describe | undefined,
  { lang = 'en', fields = ['title', 'category', 'tags'], maxChars = 200, timeout = 5000, signal }: DescriberOptions,
): Promise<Described> {
  if (signal?.aborted) throw abortError(signal);
  if (!(maxChars >= 20 && maxChars <= 1000)) {
    throw new PredilectError('bad-input', `maxChars is ${maxChars}, expected 20 to 1000`);
  }
  if (!describe) return { text: template, by: 'template' };
  const told = items.map((item) =>
    Object.fromEntries(fields.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]]))),
  );
  const facts: Facts = { about, lang, items: told, reasons, template, maxChars };
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const abort = (): void => stop.abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => stop.abort(new Error(`no answer within ${timeout} ms`)), timeout);
      stop.signal.addEventListener('abort', () => reject(stop.signal.reason as Error), { once: true });
    });
    // Called within a promise, so that what it throws at once is caught like what it rejects with.
    const said: unknown = await Promise.race([
      Promise.resolve().then(() => describe(facts, { signal: stop.signal })),
      late,
    ]);
    const refused = faultOf(said, facts);
    return refused === undefined
      ? { text: plain(said as string), by: 'describer' }
      : { text: template, by: 'template', refused };
  } catch (error) {
    if (signal?.aborted) throw abortError(signal);
    return { text: template, by: 'template', refused: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

const plain = (text: string): string => text.trim().replace(/[^\S\u3000]+/gu, ' ');

/** What is wrong with words about facts, or nothing. */
export function faultOf(said: unknown, { items, reasons, template, maxChars }: Facts): string | undefined {
  if (typeof said !== 'string') return 'it is no text';
  const text = plain(said);
  if (text === '') return 'it is empty';
  if ([...text].length > maxChars) return `it is longer than ${maxChars} characters`;
  // Marks that turn the direction of writing, or cannot be seen, could hide what is said.
  const odd = /[\p{Cc}\p{Cs}\p{Co}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u.exec(text);
  if (odd) return 'it has signs that cannot be seen';
  const markup = /<\/?[a-z!]|&#?\w+;|\w:\/\/|www\.|\]\(|[*_`#]{2}|`/iu.exec(text);
  if (markup) return `it is no plain text: ${markup[0]}`;
  const known = facts([items, reasons, template]);
  const unknown =
    quotations(text).find((quoted) => !known.text.includes(folded(quoted))) ??
    numbers(text).find((number) => !known.numbers.has(number)) ??
    names(text).find((name) => !known.words.has(folded(name)));
  return unknown === undefined ? undefined : `the facts do not have “${unknown}”`;
}

function facts(of: unknown): { text: string; numbers: Set<string>; words: Set<string> } {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number') texts.push(String(value));
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(of);
  const text = texts.join('\n');
  return { text: folded(text), numbers: new Set(numbers(text)), words: new Set(folded(text).match(WORD) ?? []) };
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

const folded = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();

/** What stands between quotation marks or the marks of a Chinese title. */
function quotations(text: string): string[] {
  const pairs = /“([^”]*)”|"([^"]*)"|「([^」]*)」|『([^』]*)』|《([^》]*)》|〈([^〉]*)〉|‘([^’]*)’|«([^»]*)»/gu;
  return Array.from(text.matchAll(pairs), ([, ...inner]) => inner.find((one) => one !== undefined) ?? '');
}

/** Numbers in digits, without the commas between thousands. */
function numbers(text: string): string[] {
  return (text.normalize('NFKC').match(/\p{Nd}+(?:[.,]\p{Nd}+)*/gu) ?? []).map((one) =>
    one.replace(/,(?=\p{Nd}{3})/gu, ''),
  );
}

/** English words that begin sentences and are no names. */
const OPENERS = new Set(
  `a about after all also although an and another any as at because before both but by each even every few five for four from
  funny great here how if in into is it it's its just light like lighter many more most much new no not now of on one or our
  perfect quite related same short similar since six slow so some something such ten that the their there these they this those
  though three to two under warm what when while why with you your you'll you're`.split(/\s+/u),
);

/** Words with a capital letter that may be names: all but common ones that begin a sentence, and `I`. */
function names(text: string): string[] {
  const found: string[] = [];
  for (const { 0: word, index } of text.matchAll(/\p{Lu}[\p{L}\p{M}\p{N}'’]*/gu)) {
    if (/[\p{L}\p{N}]$/u.test(text.slice(0, index))) continue;
    const opens = /(?:^|[.!?。！？…:：]\s*)["“「『(]?$/u.test(text.slice(0, index));
    if (word === 'I' || (opens && OPENERS.has(word.toLowerCase().replace('’', "'")))) continue;
    found.push(...(word.replace(/['’]s$/u, '').match(WORD) ?? []));
  }
  return found;
}
