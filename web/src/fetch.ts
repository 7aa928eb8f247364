// The only file that fetches. What is fetched is fixed when the recommender is created and never depends on the profile.

import { fromDisk } from './disk.js';
import { abortError, PredilectError } from './errors.js';
import type { Progress, Source, WasmSource } from './types.js';

/** What a recommender may fetch: fixed when it is created, before anything is known of the person. */
export class Allowed {
  readonly #files: ReadonlySet<string>;
  readonly #folder: string | undefined;

  /** @param files addresses; `folder`: one more, ending in a slash, whose own files may be fetched */
  constructor(files: readonly unknown[], folder?: string) {
    this.#files = new Set(files.filter((file) => typeof file === 'string' || file instanceof URL).map(String));
    this.#folder = folder;
  }

  /** Refuses what is not on the list. */
  check(url: string): void {
    const name = this.#folder !== undefined && url.startsWith(this.#folder) && url.slice(this.#folder.length);
    if (this.#files.has(url) || (name && /^[\w.-]+$/.test(name))) return;
    throw new PredilectError('bad-input', `${url}: not among the files that this recommender was created with`);
  }
}

/** How a file is loaded. */
export interface Loading {
  file: Progress['file'];
  allowed: Allowed;
  signal: AbortSignal;
  progress: (progress: Progress) => void;
  /** Bytes that the file must have, where something else says so. */
  expected?: number;
}

/** Milliseconds between two reports of a download. */
const REPORT_EVERY = 50;

/** The bytes at a source. */
export async function loadBytes(source: Source, loading: Loading): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return new Uint8Array(source);
  const url = String(source);
  const response = await open(url, loading);
  const bytes = await read(response, url, loading);
  if (looksLikeHtml(bytes)) throw htmlError(url, loading.file);
  return bytes;
}

/** The bytes at a source as they arrive, for files that are never held twice. */
export async function* loadChunks(source: Source, loading: Loading): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) yield new Uint8Array(source);
  else yield* chunksOf(await open(String(source), loading), String(source), loading);
}

/** The compiled module at a source, after checking that it is one. */
export async function loadModule(source: WasmSource, loading: Loading): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  const bytes = await loadBytes(source, loading);
  loading.progress({ file: loading.file, phase: 'prepare', loaded: bytes.length, total: bytes.length });
  const name = typeof source === 'string' || source instanceof URL ? `${source}` : `the ${loading.file}'s bytes`;
  if (bytes[0] !== 0 || bytes[1] !== 0x61 || bytes[2] !== 0x73 || bytes[3] !== 0x6d) {
    throw new PredilectError('not-wasm', `${name}: not a WebAssembly module; check what the server sends`);
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    // A policy that forbids compilation and a module cut short look alike to the caller; their texts do not.
    throw new PredilectError(
      'not-wasm',
      `${name}: the browser refuses to compile it (${error instanceof Error ? error.message : String(error)}); ` +
        `check that it arrived whole and that the Content-Security-Policy has 'wasm-unsafe-eval' in script-src`,
      { cause: error },
    );
  }
}

async function open(url: string, { allowed, signal, file, progress, expected }: Loading): Promise<Response> {
  allowed.check(url);
  let response: Response;
  progress({ file, phase: 'download', loaded: 0, ...(expected !== undefined && { total: expected }) });
  try {
    response =
      (await fromDisk(url)) ??
      (await fetch(url, { signal, credentials: 'same-origin', referrerPolicy: 'no-referrer' }));
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    throw new PredilectError(
      'network',
      `${url}: the ${file} cannot be fetched (${reason(error)}); check the network, that connect-src of the ` +
        'Content-Security-Policy has it, and that another origin permits it (access-control-allow-origin)',
      { cause: error },
    );
  }
  if (response.ok) return response;
  if (response.status === 404 || response.status === 410) {
    throw new PredilectError('not-found', `${url}: the ${file} is not there (status ${response.status})`);
  }
  throw new PredilectError('network', `${url}: the server answered with status ${response.status} for the ${file}`);
}

async function read(response: Response, url: string, loading: Loading): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  for await (const chunk of chunksOf(response, url, loading)) {
    chunks.push(chunk);
    loaded += chunk.length;
  }
  const bytes = new Uint8Array(loaded);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** The bytes of an answer as they arrive. */
async function* chunksOf(response: Response, url: string, loading: Loading): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { file, progress } = loading;
  const announced = response.headers.has('content-encoding')
    ? NaN
    : Number(response.headers.get('content-length') ?? NaN);
  const total = loading.expected ?? (announced > 0 ? announced : undefined);
  const report = (loaded: number): void =>
    progress({ file, phase: 'download', loaded, ...(total !== undefined && { total }) });

  let loaded = 0;
  let reported = 0;
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const next = await readMore(reader, url, loading, loaded);
      if (!next) break;
      loaded += next.length;
      yield next;
      const now = performance.now();
      if (now - reported >= REPORT_EVERY) {
        reported = now;
        report(loaded);
      }
    }
  } finally {
    // Who stops listening needs no more of it.
    reader?.cancel().catch(() => {});
  }
  report(loaded);
}

async function readMore(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined,
  url: string,
  { file, signal }: Loading,
  loaded: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return (await reader?.read())?.value;
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    throw new PredilectError('network', `${url}: the ${file} broke off after ${loaded} bytes (${reason(error)})`, {
      cause: error,
    });
  }
}

/** Servers and development tools answer a wrong address with a page and status 200. */
function looksLikeHtml(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  return start.startsWith('<!do') || start.startsWith('<html') || start.startsWith('<!--');
}

function htmlError(url: string, file: Progress['file']): PredilectError {
  const name = `${url}: HTML came instead of the ${file}`;
  if (/\.wasm($|[?#])/.test(url) || file === 'engine' || file === 'encoder') {
    const fix =
      `under Vite 7 and older add optimizeDeps: { exclude: ['predilect'] }, elsewhere copy predilect's wasm folder ` +
      `beside its script or pass wasm: { ${file} }`;
    return new PredilectError('not-wasm', `${name}; ${fix}`);
  }
  return new PredilectError(
    file === 'catalogue' ? 'not-a-catalogue' : 'not-found',
    `${name}; check the address; the server answers unknown ones with a page`,
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
