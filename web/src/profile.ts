// The engine's profile, and the texts of it that no encoder has read yet: the engine cannot hold these.

import type { Engine } from './wasm/engine.js';

/** A part of a profile, as the engine's `merge` takes it. */
export interface Piece {
  encoder?: string;
  events?: unknown[];
  typed?: Typed[];
}

/** A text about the person's taste. */
export interface Typed {
  text: string;
  weight: number;
  at: number;
  /** Absent where no encoder has read the text yet. */
  vector?: number[];
}

/** The engine's answer to `merge`. */
export interface Merged {
  events: number;
  typed: number;
  known: number;
  unknownItems: number;
  unencoded: Typed[];
}

/** How parts of a profile are added. */
export interface MergeOptions {
  /** Leaves out what the profile holds already. */
  newOnly?: boolean;
  /** Says what would be added, and adds nothing. */
  preview?: boolean;
}

/** The profile of one engine. */
export class LiveProfile {
  readonly #engine: Engine;
  #unencoded: Typed[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Adds parts of a profile to the engine. */
  merge(pieces: Piece[], options: MergeOptions = {}): Merged {
    const request: Required<Piece> = { encoder: '', events: [], typed: [] };
    for (const { encoder = '', events = [], typed = [] } of pieces) {
      if (typed.length) request.encoder = encoder;
      request.events.push(...events);
      request.typed.push(...typed);
    }
    // Vectors of two encoders do not meet: those of all but the last are left out, and made again from their texts.
    for (const { encoder = '', typed = [] } of pieces) {
      if (encoder === request.encoder) continue;
      request.typed = request.typed.map((text) => (typed.includes(text) ? { ...text, vector: [] } : text));
    }
    const merged = JSON.parse(this.#engine.merge(JSON.stringify({ ...request, ...options }))) as Merged;
    if (!options.preview && merged.unencoded.length > 0) {
      const again = new Set(merged.unencoded.map(({ text }) => text));
      this.#unencoded = [...this.#unencoded.filter(({ text }) => !again.has(text)), ...merged.unencoded];
    }
    return merged;
  }

  /** The whole profile. */
  whole(): Piece {
    const { profile } = JSON.parse(new TextDecoder().decode(this.#engine.snapshot())) as { profile: Required<Piece> };
    return { ...profile, typed: [...profile.typed, ...this.#unencoded] };
  }

  /** The engine's `forget`, for texts that wait for an encoder, too. */
  forget(request: string): void {
    const { all, before, interest } = JSON.parse(request) as { all?: boolean; before?: number; interest?: string };
    const left = this.#unencoded.filter(
      ({ text, at }) => !all && !(before !== undefined && at < before) && interest !== `typed:${text}`,
    );
    const waited = left.length < this.#unencoded.length;
    this.#unencoded = left;
    if (!(waited && interest !== undefined)) this.#engine.forget(request);
  }

  /** The engine's `restore`. */
  restore(bytes: Uint8Array): void {
    this.#engine.restore(bytes);
    this.#unencoded = [];
  }

  /** Forgets everything. */
  clear(): void {
    this.#engine.forget('{"all":true}');
    this.#unencoded = [];
  }

  /** The texts that wait for an encoder, with vectors from `encode`; they wait no longer. */
  encoded(encode: (texts: string[]) => Float32Array): Typed[] {
    const texts = this.#unencoded;
    if (texts.length === 0) return [];
    const vectors = encode(texts.map(({ text }) => text));
    const size = vectors.length / texts.length;
    this.#unencoded = [];
    return texts.map((text, at) => ({ ...text, vector: [...vectors.subarray(at * size, (at + 1) * size)] }));
  }

  /** The engine's reply to `profile`, with the texts that wait for an encoder. */
  withWaiting(reply: string): string {
    const waiting = JSON.stringify(this.#unencoded.map(({ text }) => text));
    return `${reply.slice(0, -1)},"waiting":${waiting}}`;
  }
}
