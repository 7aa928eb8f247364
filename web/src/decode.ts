// Bytes of a text file to text, for files that people have: their encoding is told by the bytes.

import { PredilectError } from './errors.js';

/** A text, and the encoding it was in, by its name in the Encoding Standard. */
export interface Decoded {
  text: string;
  encoding: string;
}

/** What files that are no text begin with, and what to do about each. */
const OTHERS: readonly (readonly [start: readonly number[], what: string, remedy: string])[] = [
  [[0x50, 0x4b, 3, 4], 'a spreadsheet or an archive', 'save it as CSV (UTF-8) and take that file'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old spreadsheet or document', 'save it as CSV (UTF-8) and take that file'],
  [[0x1f, 0x8b], 'gzipped', 'unpack it and take what is in it'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF', 'take the table that it was made of'],
  [[0x89, 0x50, 0x4e, 0x47], 'a picture', 'take a table'],
  [[0xff, 0xd8, 0xff], 'a picture', 'take a table'],
];

/**
 * The text of some bytes: in the encoding that is named, else UTF-8, UTF-16 with a mark at its beginning, or GB18030 where the bytes
 * have the look of Chinese.
 *
 * @throws {PredilectError} `not-text`
 */
export function decode(bytes: Uint8Array, encoding?: string): Decoded {
  for (const [start, what, remedy] of OTHERS) {
    if (start.every((byte, at) => bytes[at] === byte)) throw notText(`the file is ${what}; ${remedy}`);
  }
  const names = encoding === undefined ? candidates(bytes) : [encoding];
  for (const name of names) {
    try {
      const text = new TextDecoder(name, { fatal: true }).decode(bytes);
      if (text.includes('\0')) continue;
      return { text, encoding: name };
    } catch (error) {
      if (!(error instanceof TypeError)) throw new PredilectError('bad-input', `encoding "${name}" is not known`);
    }
  }
  throw notText(`the bytes are no text in ${names.join(' or ')}; save the file as UTF-8, or name its encoding`);
}

function candidates(bytes: Uint8Array): string[] {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return ['utf-16le'];
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return ['utf-16be'];
  return looksChinese(bytes) ? ['utf-8', 'gb18030'] : ['utf-8'];
}

/** Whether bytes above ASCII come in pairs as GB 2312 has them; accented letters of Western encodings stand alone. */
function looksChinese(bytes: Uint8Array): boolean {
  let pairs = 0;
  let alone = 0;
  for (let at = 0; at < bytes.length; at++) {
    const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
    if (first < 0x80) continue;
    if (second >= 0x80) {
      pairs++;
      at++;
    } else alone++;
  }
  return pairs > 4 * alone;
}

const notText = (message: string): PredilectError => new PredilectError('not-text', message);
