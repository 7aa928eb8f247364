// Texts looked for by the words, by the meaning, or by both, as asked or as loaded: searches, requests in words, and questions.

import type { LazyEncoder } from './encoder.js';
import { PredilectError } from './errors.js';
import type { SearchHow } from './protocol.js';
import type { SearchBy } from './types.js';
import type { Engine } from './wasm/engine.js';
import type { Words } from './wasm/words.js';
import { type LazyWords, withMatches } from './words.js';

/** What a search works with. */
export interface Searched {
  engine: Engine;
  words: LazyWords;
  encoder: LazyEncoder;
  encode: (texts: string[]) => Promise<[vectors: Float32Array, fingerprint: string]>;
  time: <T>(run: () => T) => T;
  signal: AbortSignal;
}

/** What is known of a text: what was found by words (rows, then the bits of their scores), and its vector with its encoder. */
export interface Looked {
  index: Words | undefined;
  found: Uint32Array | undefined;
  vector: [vector: Float32Array, fingerprint: string] | undefined;
}

/** Looks for a text; `request`, as the engine's search takes it, has the filter. */
export async function look(
  call: string,
  { engine, words: lazy, encoder, encode, time, signal }: Searched,
  text: string,
  request: string,
  { prefix = false, question = false, by }: SearchHow,
): Promise<Looked> {
  if (!by && !lazy.available && !encoder.available) {
    throw new PredilectError(
      'bad-input',
      `${call}() needs an index of words or a model: pass { words } or { encoder } to create()`,
    );
  }
  const byWords = by ? by !== 'meaning' : lazy.available;
  const byMeaning = by ? by !== 'words' : !byWords || encoder.ready;
  // Refused before anything is loaded for it.
  time(() => engine.allowed(request));
  if (!by && byWords) encoder.warm();
  const vectors = byMeaning
    ? encode([text]).catch((error) => (byWords ? nothingToEncode(error) : Promise.reject(error)))
    : undefined;
  const [words, vector] = await Promise.all([byWords ? wordsNow(lazy, signal) : undefined, vectors]);
  // The page may have changed the catalogue while the text was encoded.
  const index = words && (words.era === lazy.era ? words.index : (await wordsNow(lazy, signal)).index);
  const [pool = 0, ...allowed] = time(() => engine.allowed(request));
  const found =
    index && time(() => lazy.use(() => index.search(text, prefix, pool, new Uint32Array(allowed), question)));
  return { index, found, vector };
}

/** Items for a text, as the JSON of a list. */
export async function search(searched: Searched, text: string, request: string, how: SearchHow): Promise<string> {
  const { engine, words: lazy, time } = searched;
  const { index, found, vector } = await look('search', searched, text, request, how);
  const reply = time(() => engine.search(found, vector?.[0], vector?.[1] ?? '', request));
  if (!index) return reply;
  const { isSearched } = index.constructor as unknown as { isSearched(field: string): boolean };
  return time(() =>
    lazy.use(() =>
      withMatches(reply, isSearched, (texts, room) => index.marks(text, how.prefix === true, texts, room)),
    ),
  );
}

/** What a request in words is looked for by. */
interface Told {
  text?: string;
  filter?: unknown;
  by?: SearchBy;
}

/**
 * A list, or where it goes on. `told`: the request may have words, which are looked for first; its list goes on as it was looked for.
 */
export async function recommend(
  searched: Searched,
  request: string,
  told = false,
  more?: readonly [after: string, k?: number],
): Promise<string> {
  const { engine, time } = searched;
  let known: [Uint32Array?, Float32Array?, string?] = [];
  const { text, filter, ...rest } = (told ? JSON.parse(request) : {}) as Told;
  if (text !== undefined) {
    const { by } = rest;
    const asked = JSON.stringify({ text, filter });
    const { found, vector } = await look('recommend', searched, text, asked, { question: true, ...(by && { by }) });
    known = [found, ...(vector ?? [])];
    const how: SearchBy = found && vector ? 'both' : found ? 'words' : 'meaning';
    request = JSON.stringify({ text, filter, ...rest, by: how });
  }
  return time(() => (more ? engine.more(more[0], more[1], ...known) : engine.recommend(request, ...known)));
}

/** The index of the catalogue as it is, and which catalogue that is. */
async function wordsNow(lazy: LazyWords, signal: AbortSignal): Promise<{ index: Words; era: number }> {
  for (;;) {
    const { era } = lazy;
    try {
      const index = await lazy.get(signal);
      if (era === lazy.era) return { index, era };
    } catch (error) {
      // An index of the catalogue that was does not fit the one that is.
      if (era === lazy.era) throw error;
    }
  }
}

/** A text without meaning, such as one sign, may still have words. */
function nothingToEncode(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'empty-text') return undefined;
  throw error;
}
