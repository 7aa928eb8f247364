// A profile as a file that a person can read, take elsewhere and give back, locked with a passphrase if they like.

import { PredilectError } from './errors.js';
import type { Piece } from './profile.js';
import type { CatalogueInfo, ExportFile, Profile } from './types.js';

const FORMAT = 1;
/** What OWASP asks of PBKDF2 with SHA-256. */
const ITERATIONS = 600_000;
/** A file that asks for more than this wants the page to hang. */
const MOST_ITERATIONS = 10_000_000;

const MEANINGS: ExportFile['meanings'] = {
  view: 'the item was on screen',
  click: 'the item was opened',
  like: 'a yes to the item',
  dislike: 'a no to the item',
  rating: 'stars for the item, 1 to 5 in "value"',
  purchase: 'the item was bought, or owned before',
  dwell: 'time spent with the item, seconds in "value"',
  dismiss: 'the item was not to be shown again',
  tune: 'how much the interest that the item belongs to is to count, 0 (muted) to 4 in "value"',
  typed: 'taste told in words; "weight" from -1 (not this) to 1; "vector" is what the encoder made of the text',
  interests: 'worked out from the events: items alike that were liked, with their share of all interests',
  negatives: 'worked out from the events: what was turned away',
};

/** A locked file. */
interface Locked {
  predilect: number;
  locked: { kdf: 'PBKDF2-SHA-256'; iterations: number; salt: string; iv: string; data: string };
}

/** Writes the file. `titles` names items for people. */
export function writeFile(
  { encoder = '', events = [], typed = [] }: Piece,
  profile: Profile,
  info: CatalogueInfo,
  titles: ReadonlyMap<string, string>,
): ExportFile {
  const named = (item: string): { item: string; title?: string } => {
    const title = titles.get(item);
    return { item, ...(title !== undefined && { title }) };
  };
  const interests = (all: Profile['interests']): ExportFile['interests'] =>
    all.map(({ label, weight, items }) => ({ label, weight, items: items.map(named) }));
  return {
    predilect: FORMAT,
    exported: new Date().toISOString(),
    catalogue: info.name,
    encoder,
    meanings: MEANINGS,
    interests: interests(profile.interests),
    negatives: interests(profile.negatives),
    typed: typed.map(({ text, weight, at, vector }) => ({
      text,
      weight,
      at: new Date(at).toISOString(),
      ...(vector?.length && { vector: toBase64(new Uint8Array(new Float32Array(vector).buffer)) }),
    })),
    events: (events as { kind: string; item: string; at: number; value?: number }[]).map(
      ({ kind, item, at, value }) => ({
        at: new Date(at).toISOString(),
        kind,
        ...named(item),
        ...(value !== undefined && { value }),
      }),
    ),
  };
}

/** The part of a file that a profile is made of; the rest can be worked out again. */
export function readFile(text: string): Piece {
  const file = parse(text) as Partial<ExportFile>;
  const wrong = (what: string): PredilectError =>
    new PredilectError('not-an-export', `the file ${what}; give one that export() made, whole`);
  if (!Array.isArray(file.events) || !Array.isArray(file.typed)) throw wrong('lists no events');
  const time = (at: unknown): number => {
    const time = Date.parse(String(at));
    if (Number.isNaN(time)) throw wrong(`has "${String(at)}" for a time`);
    return time;
  };
  try {
    return {
      encoder: String(file.encoder ?? ''),
      events: file.events.map(({ at, kind, item, value }) => ({
        at: time(at),
        kind,
        item,
        ...(value !== undefined && { value }),
      })),
      typed: file.typed.map(({ text, weight, at, vector }) => ({
        text,
        weight,
        at: time(at),
        ...(vector !== undefined && { vector: [...new Float32Array(fromBase64(vector).buffer)] }),
      })),
    };
  } catch (error) {
    throw error instanceof PredilectError ? error : wrong(`is damaged (${String(error)})`);
  }
}

/** Locks a text with a passphrase. */
export async function lock(text: string, passphrase: string): Promise<string> {
  const [salt, iv] = [16, 12].map((length) => crypto.getRandomValues(new Uint8Array(length))) as [Bytes, Bytes];
  const key = await derive(passphrase, salt, ITERATIONS);
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(text));
  const locked: Locked['locked'] = {
    kdf: 'PBKDF2-SHA-256',
    iterations: ITERATIONS,
    salt: toBase64(salt),
    iv: toBase64(iv),
    data: toBase64(new Uint8Array(data)),
  };
  return JSON.stringify({ predilect: FORMAT, locked } satisfies Locked);
}

/** Unlocks a text where it is locked. */
export async function unlock(text: string, passphrase: string | undefined): Promise<string> {
  const { locked } = parse(text) as Partial<Locked>;
  if (!locked) return text;
  if (passphrase === undefined) {
    throw new PredilectError(
      'wrong-passphrase',
      'the file is locked; pass the { passphrase } that it was exported with',
    );
  }
  try {
    const { salt, iv, data, iterations } = locked;
    if (!(iterations > 0 && iterations <= MOST_ITERATIONS)) throw new RangeError(`${iterations} iterations`);
    const key = await derive(passphrase, fromBase64(salt), iterations);
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: fromBase64(iv) }, key, fromBase64(data));
    return new TextDecoder().decode(plain);
  } catch (error) {
    throw new PredilectError('wrong-passphrase', 'the passphrase is not that of the file, or the file is damaged', {
      cause: error,
    });
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

function parse(text: string): unknown {
  const json = (): { predilect?: unknown } | null => {
    try {
      return JSON.parse(text) as { predilect?: unknown } | null;
    } catch {
      return null;
    }
  };
  const file = json();
  if (typeof file?.predilect !== 'number') {
    throw new PredilectError(
      'not-an-export',
      'the file is not an export of a profile; give one that export() made, whole',
    );
  }
  if (file.predilect > FORMAT) {
    const message = `the file has format ${file.predilect}, this version reads ${FORMAT}; update the package`;
    throw new PredilectError('export-version', message);
  }
  return file;
}

async function derive(passphrase: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
  const { subtle } = crypto;
  // One character can be written in several ways; keyboards differ in which.
  const secret = new TextEncoder().encode(passphrase.normalize('NFKC'));
  const base = await subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveKey']);
  const pbkdf2 = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return subtle.deriveKey(pbkdf2, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
