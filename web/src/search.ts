// One search: by the words, by the meaning, or by both, as asked or as loaded.

import type { LazyEncoder } from './encoder.js';
import { PredilectError } from './errors.js';
import type { SearchHow } from './protocol.js';
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

/** Items for a text, as the JSON of a list. */
export async function search(
  { engine, words: lazy, encoder, encode, time, signal }: Searched,
  text: string,
  request: string,
  { prefix, by }: SearchHow,
): Promise<string> {
  if (!by && !lazy.available && !encoder.available) {
    throw new PredilectError(
      'bad-input',
      'search() needs an index of words or a model: pass { words } or { encoder } to create()',
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
  const found = index && time(() => lazy.use(() => index.search(text, prefix, pool, new Uint32Array(allowed))));
  const reply = time(() => engine.search(found, vector?.[0], vector?.[1] ?? '', request));
  if (!index) return reply;
  const { isSearched } = index.constructor as unknown as { isSearched(field: string): boolean };
  return time(() =>
    lazy.use(() => withMatches(reply, isSearched, (texts, room) => index.marks(text, prefix, texts, room))),
  );
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
