// What the page and the host of the wasm modules say to each other, through a worker's messages or directly.

import type { WireError } from './errors.js';
import type { KeepOptions } from './keeper.js';
import type { Merged, MergeOptions, Piece } from './profile.js';
import type { Notice, Progress, SearchBy, Source, WasmModules } from './types.js';

/** What the host must know before its first call. Addresses are absolute. */
export interface HostOptions {
  catalogue: Source;
  /** SHA-256 of the catalogue, as hex. */
  sha256?: string;
  offline: boolean;
  encoder?: string;
  wasm: WasmModules;
  words?: Source;
  keep?: KeepOptions;
}

/** How the profile is stored. */
export interface Kept {
  kept: boolean;
  /** Whether the store has held something before. */
  found: boolean;
}

/** How a search looks. */
export interface SearchHow {
  /** The last word may be the beginning of one. */
  prefix?: boolean;
  /** It is a question, or a request in sentences. */
  question?: boolean;
  by?: SearchBy;
}

/** The calls of the host. Requests and replies of the engine stay JSON text: cheap to send, read once. */
export interface Calls {
  open(options: HostOptions): Kept;
  keep(options: KeepOptions): Kept;
  withdraw(name: string): void;
  record(events: string): boolean;
  /** `told`: the request has words to look for. */
  recommend(request: string, told?: boolean): string;
  more(after: string, k?: number): string;
  search(text: string, request: string, how: SearchHow): string;
  ask(text: string, request: string, by?: SearchBy): string;
  describe(text: string, at: number, weight: number): boolean;
  encode(texts: string[]): Float32Array;
  /** A head's file, or descriptions of labels. */
  classify(texts: string[], head: string | Record<string, string>): string;
  loadEncoder(): void;
  items(ids: string): string;
  predictRatings(ids: string): string;
  topics(examples: number, lang?: string): string;
  follow(topic: string, at: number, weight: number): boolean;
  profile(now: number, lang?: string): string;
  map(now: number, k: number, lang?: string): string;
  forget(request: string): boolean;
  whole(): Piece;
  merge(pieces: Piece[], how: MergeOptions): { merged: Merged; kept: boolean };
  /** Items as lines of JSON. */
  add(lines: string): void;
  remove(ids: string[]): void;
  info(): string;
  snapshot(): Uint8Array;
  restore(bytes: Uint8Array): boolean;
}

/** The name of a call. */
export type Call = keyof Calls;

/** One call with its arguments. */
export type CallMessage = { [K in Call]: { id: number; call: K; args: Parameters<Calls[K]> } }[Call];

/** From the page to the host. */
export type ToHost =
  | CallMessage
  | { abort: number }
  /** Whether the host lives. */
  | { ask: true };

/** From the host to the page. */
export type FromHost =
  | { id: number; value: unknown; work: number }
  /** `fatal`: the engine is gone, and nothing more can be asked of this host. */
  | { id: number; error: WireError; fatal: boolean }
  | { progress: Progress }
  | { alive: true }
  /** `kept`: whether the profile is stored from now on. */
  | { notice: Notice; kept: boolean };
