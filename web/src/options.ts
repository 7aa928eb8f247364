import { workingFolder } from './disk.js';
import { PredilectError } from './errors.js';
import type { KeepOptions } from './keeper.js';
import type { Consent, HeadSource, RecommendOptions, Source, WasmModules, WasmSource } from './types.js';

/** The keys that each call takes. Anything else is a slip of the pen and is refused. */
const KEYS = {
  create: [
    'catalogue',
    'integrity',
    'offline',
    'encoder',
    'wasm',
    'words',
    'worker',
    'profile',
    'consent',
    'retentionDays',
    'aggregate',
    'patience',
    'onNotice',
    'onProgress',
    'signal',
  ],
  recommend: [
    'surface',
    'items',
    'k',
    'filter',
    'topic',
    'diversity',
    'explore',
    'caps',
    'calibration',
    'pin',
    'boost',
    'bury',
    'includeOwned',
    'exclude',
    'text',
    'textWeight',
    'by',
    'personal',
    'now',
    'seed',
    'signal',
  ],
  next: ['after', 'k', 'signal'],
  pin: ['name', 'item', 'place'],
  push: ['name', 'filter', 'by'],
  search: ['k', 'filter', 'prefix', 'by', 'signal'],
  ask: ['k', 'lang', 'filter', 'by', 'signal'],
  review: ['positive', 'negative', 'at', 'signal'],
  similar: ['k', 'filter', 'signal'],
  describe: ['weight', 'at', 'signal'],
  topics: ['lang', 'examples', 'signal'],
  profile: ['lang', 'signal'],
  map: ['k', 'lang', 'signal'],
  export: ['passphrase', 'signal'],
  import: ['passphrase', 'preview', 'signal'],
  aggregate: ['preview', 'signal'],
  aggregateOptions: ['field', 'topics', 'epsilon', 'budget'],
  forget: ['item', 'interest', 'before', 'all'],
  record: ['kind', 'item', 'at', 'value'],
  vectors: ['dimension', 'capacity', 'wasm', 'onProgress', 'signal'],
  nearest: ['k', 'only', 'exact'],
  accelerate: ['wasm', 'calibration', 'timeout', 'allowSoftware', 'prefer', 'onProgress', 'signal'],
  head: ['labels'],
  wasm: ['engine', 'encoder', 'builder', 'words', 'search', 'gpu'],
  call: ['signal'],
} as const satisfies Record<string, readonly string[]>;

/** Refuses what is not an object, or has a key that the call does not know, naming the nearest one that it does. */
export function checkKeys(call: keyof typeof KEYS, given: unknown, name: string = call): void {
  checkKnown(KEYS[call], given, name.endsWith(')') ? name : `${name}()`);
}

/** Refuses what is not an object, or has another key than those that are known. */
export function checkKnown(known: readonly string[], given: unknown, called: string): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new PredilectError('bad-input', `${called} takes an object, not ${describeValue(given)}`);
  }
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    const hint = near ? `did you mean "${near}"?` : `it knows ${known.map((key) => `"${key}"`).join(', ')}`;
    throw new PredilectError('bad-input', `${called} has no option "${key}"; ${hint}`);
  }
}

/** As {@link checkKeys}, for a request and the rules in it. */
export function checkRecommend(given: RecommendOptions): void {
  checkKeys('recommend', given);
  if (given.text !== undefined) checkText('recommend', 'text', given.text);
  checkBy('recommend', given.by);
  for (const rule of list('pin', given.pin)) checkKeys('pin', rule, 'recommend({ pin })');
  for (const name of ['boost', 'bury'] as const)
    for (const rule of list(name, given[name])) checkKeys('push', rule, `recommend({ ${name} })`);
}

/** Refuses a way to look for a text that there is not. */
export function checkBy(call: string, by: unknown): void {
  if (by === undefined || by === 'words' || by === 'meaning' || by === 'both') return;
  throw new PredilectError('bad-input', `${call}() takes by as 'words', 'meaning' or 'both'`);
}

function list(name: string, given: unknown = []): readonly unknown[] {
  if (Array.isArray(given)) return given;
  throw new PredilectError('bad-input', `recommend() takes { ${name} } as an array, not ${describeValue(given)}`);
}

/** A head as text, or the descriptions that make one. */
export function headText(head: HeadSource): string | Record<string, string> {
  if (typeof head === 'string') return head;
  if (typeof head !== 'object' || head === null) {
    throw new PredilectError('bad-input', `classify() takes a head or { labels }, not ${describeValue(head)}`);
  }
  if (!('labels' in head) || Array.isArray(head.labels)) return JSON.stringify(head);
  checkKeys('head', head, 'classify({ labels })');
  return Object.fromEntries(
    Object.entries(head.labels as Record<string, unknown>).map(([label, text]) => [
      checkText('classify', 'a label', label),
      checkText('classify', `the description of "${label}"`, text),
    ]),
  );
}

/** A text argument, with lone surrogates (halves of a character) replaced, or an error that says what was given. */
export function checkText(call: string, name: string, given: unknown): string {
  if (typeof given !== 'string') {
    throw new PredilectError('bad-input', `${call}() takes ${name} as a string, not ${describeValue(given)}`);
  }
  return wellFormed(given);
}

/** Rust strings hold whole characters only; JavaScript's may be cut in half. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** JSON without halves of characters, for a reader that refuses them. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? wellFormed(inner) : inner));
  } catch (error) {
    throw new PredilectError('bad-input', `an argument cannot be written as JSON (${String(error)})`, { cause: error });
  }
}

function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'undefined' ? 'nothing' : `a ${typeof value}`;
}

/** The known name that the given one was probably meant to be. */
function nearest(given: string, known: readonly string[]): string | undefined {
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');
  let best: string | undefined;
  let least = 1 + Math.floor(given.length / 3);
  for (const name of known) {
    const steps = distance(plain(given), plain(name));
    if (steps < least) {
      least = steps;
      best = name;
    }
  }
  return best;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** What is kept, and under which name. */
export function keepOptions(name: unknown, retentionDays: number | undefined): KeepOptions {
  if (typeof name !== 'string' || name === '') {
    throw new PredilectError('bad-input', 'create() takes { profile } as a name, or false to store nothing');
  }
  if (retentionDays !== undefined && !(retentionDays > 0)) {
    throw new PredilectError('bad-input', 'create() takes { retentionDays } as a number above 0');
  }
  return { name, consent: 'found', ...(retentionDays !== undefined && { retentionDays }) };
}

/** A choice of the person, if the call takes it. */
export function checkConsent<T extends Consent>(call: string, given: T, known: readonly Consent[]): T {
  if (known.includes(given)) return given;
  throw new PredilectError('bad-input', `${call}() takes consent as ${known.map((one) => `'${one}'`).join(' or ')}`);
}

/** The hash of an integrity value, as hex. */
export function sha256(integrity: string): string {
  const [, base64] = /^sha256-([\w+/]{43}=)$/.exec(integrity) ?? [];
  if (base64 === undefined) {
    throw new PredilectError(
      'bad-input',
      `create(): integrity "${integrity}" is not sha256- and 44 characters of base64`,
    );
  }
  return Array.from(atob(base64), (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

/** An address made absolute: against the page, or in Node against the working folder. */
export function address(option: string, source: string, call = 'create'): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href ?? workingFolder();
  try {
    return new URL(source, base).href;
  } catch (error) {
    throw new PredilectError(
      'bad-input',
      `${call}(): ${option} "${source}" is no address${base ? '' : '; outside a page pass an absolute one, or bytes'}`,
      { cause: error },
    );
  }
}

/** Addresses made absolute, because the worker resolves relative ones against itself; bytes and modules as they are. */
export function absolute<T extends Source | WasmSource>(option: string, source: T, call = 'create'): T | string {
  return typeof source === 'string' || source instanceof URL ? address(option, String(source), call) : source;
}

/** Where modules are, checked and made absolute. */
export function wasmModules(call: string, given: WasmModules = {}): WasmModules {
  checkKeys('wasm', given, `${call}({ wasm })`);
  const modules: WasmModules = {};
  for (const [name, source] of Object.entries(given) as [keyof WasmModules, WasmSource | undefined][]) {
    if (source !== undefined) modules[name] = absolute(`wasm.${name}`, source, call);
  }
  return modules;
}
