// Public files that the device keeps under their SHA-256: the catalogue and the model of the last visit, whole.
//
// A new version is put beside the old one; one write makes it the one in use, and only then the old one goes.

import { isTrap, type PredilectError } from './errors.js';
import type { Notice } from './types.js';

type Bytes = Uint8Array<ArrayBuffer>;

const CACHE = 'predilect';
const LOCK = 'predilect files';

/** Files by hash, and which hashes were last good at which address. Where there is no place for them, it keeps nothing. */
export class Files {
  readonly #on: boolean;

  constructor(on: boolean) {
    // Both are there in secure contexts only.
    this.#on = on && globalThis.caches !== undefined && globalThis.crypto?.subtle !== undefined;
  }

  /** The file of a hash, if it is here and undamaged. */
  async get(sha256: string): Promise<Bytes | undefined> {
    const bytes = await this.#read(`file/${sha256}`);
    return bytes && (await digest(bytes)) === sha256 ? bytes : undefined;
  }

  /** The files that were last good at an address, if all of them are here. */
  async last(url: string): Promise<Bytes[] | undefined> {
    const pointer = await this.#read(`at/${encodeURIComponent(url)}`);
    if (!pointer) return undefined;
    const hashes = JSON.parse(new TextDecoder().decode(pointer)) as string[];
    const files = await Promise.all(hashes.map((hash) => this.get(hash)));
    return files.includes(undefined) ? undefined : (files as Bytes[]);
  }

  /** Keeps files that proved good as those of an address. What fails leaves what was there. */
  async keep(url: string, files: readonly Bytes[]): Promise<void> {
    if (!this.#on) return;
    try {
      const hashes = await Promise.all(files.map(digest));
      const text = JSON.stringify(hashes);
      const swap = async (): Promise<void> => {
        const at = `at/${encodeURIComponent(url)}`;
        const before = await this.#read(at);
        if (before && new TextDecoder().decode(before) === text) return;
        const cache = await caches.open(CACHE);
        for (const [index, hash] of hashes.entries()) await cache.put(key(`file/${hash}`), new Response(files[index]));
        await cache.put(key(at), new Response(text));
        await this.#tidy(cache);
      };
      await (navigator.locks ? navigator.locks.request(LOCK, swap) : swap());
    } catch {
      // No space, or denied: the next visit fetches again.
    }
  }

  /** Removes the files that no address uses any more. */
  async #tidy(cache: Cache): Promise<void> {
    const used = new Set<string>();
    const keys = await cache.keys();
    for (const { url } of keys) {
      const pointer = url.includes('/at/') ? await cache.match(url) : undefined;
      if (pointer) for (const hash of (await pointer.json()) as string[]) used.add(key(`file/${hash}`));
    }
    for (const { url } of keys) if (url.includes('/file/') && !used.has(url)) await cache.delete(url);
  }

  async #read(name: string): Promise<Bytes | undefined> {
    if (!this.#on) return undefined;
    try {
      const found = await caches.match(key(name), { cacheName: CACHE });
      return found && new Uint8Array(await found.arrayBuffer());
    } catch {
      return undefined;
    }
  }
}

/** How the newest version is found. */
export interface Newest<T> {
  files: Files;
  /** The address under which the version is kept. */
  url: string | undefined;
  /** Whether a version that was good earlier will do. */
  earlier: boolean;
  fresh: Promise<Bytes[]>;
  use(files: Bytes[]): T;
  signal: AbortSignal;
  notice(notice: Notice): void;
}

/** Uses the newest version of some files; where that cannot be had or is no good, the one that was last good. */
export async function newest<T>({ files, url, earlier, fresh, use, signal, notice }: Newest<T>): Promise<T> {
  try {
    const got = await fresh;
    const used = use(got);
    if (url !== undefined) void files.keep(url, got);
    return used;
  } catch (error) {
    const last = earlier && url !== undefined && !signal.aborted && !isTrap(error) ? await files.last(url) : undefined;
    if (!last) throw error;
    const used = use(last);
    notice({ code: 'last-version', message: `${url}: the version of an earlier visit is used (${String(error)})` });
    return used;
  }
}

/** The bytes, if they have this SHA-256; where the page is no secure context, there are no means to tell. */
export async function verified(
  bytes: Bytes,
  sha256: string,
  refuse: (found: string) => PredilectError,
): Promise<Bytes> {
  if (!globalThis.crypto?.subtle) return bytes;
  const found = await digest(bytes);
  if (found !== sha256) throw refuse(found);
  return bytes;
}

/** Keys of Cache Storage are addresses; nothing is ever asked for at these. */
const key = (name: string): string => new URL(`/.predilect/${name}`, location.origin).href;

/** A file is hashed once, however often it is checked and kept: nothing writes into its bytes. */
const digests = new WeakMap<Bytes, Promise<string>>();

/** SHA-256 as hex. */
export function digest(bytes: Bytes): Promise<string> {
  const known = digests.get(bytes) ?? sha256(bytes);
  digests.set(bytes, known);
  return known;
}

async function sha256(bytes: Bytes): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
