// The graphics processor beside the index on the CPU: rows are copied there, both are timed, and the quicker one answers.
// Whatever goes wrong there, the CPU answers instead, in the same call.

import { PredilectError } from './errors.js';
import { Allowed, type Loading, loadModule } from './fetch.js';
import { wasmModules } from './options.js';
import type { Progress, WasmModules } from './types.js';
import type { Gpu } from './wasm/gpu.js';

/** Options of `VectorIndex.accelerate`. */
export interface AccelerateOptions {
  /** Where the module for WebGPU is, if not in `wasm/` beside this package's files. */
  wasm?: WasmModules;
  /** `status.calibration` of an earlier visit: where it fits adapter and index, nothing is timed. */
  calibration?: Calibration;
  /** Milliseconds after which the device is given up, by default 5000. */
  timeout?: number;
  /** Take an adapter that is software, too. It is slower than the CPU without it: for tests. */
  allowSoftware?: boolean;
  /** `'gpu'` or `'cpu'` instead of the quicker one. */
  prefer?: 'gpu' | 'cpu';
  /** Called while the module is fetched. */
  onProgress?: (progress: Progress) => void;
  /** Abandons the start. */
  signal?: AbortSignal;
}

/** What the two took, and for which index. */
export interface Calibration {
  /** Name of the adapter. */
  adapter: string;
  rows: number;
  dimension: number;
  /** Milliseconds of a search, by the number of queries in it. */
  times: { queries: number; cpu: number; gpu: number }[];
}

/** Who answers, and why. */
export interface SearchStatus {
  /** Who answered the last search. */
  path: 'cpu' | 'gpu';
  /** `off`: not asked for. `failed`: given up; `accelerate()` may be called again. */
  gpu: 'off' | 'ready' | 'failed';
  /** Why it was given up: `gpu-absent`, `gpu-software`, `gpu-lost`, `gpu-out-of-memory`, `gpu-timeout` and more. */
  code?: string;
  /** The same in words. */
  message?: string;
  calibration?: Calibration;
}

/** What is to be accelerated. */
export interface Base {
  readonly dimension: number;
  readonly end: number;
  /** Scales of all rows, 0 for removed ones. */
  scales(): Float32Array;
  values(from: number, to: number): Int8Array;
  search(queries: Float32Array, k: number, only: Uint32Array | undefined, exact: boolean): Uint32Array;
}

/** Bytes that are handed over at a time. */
const PORTION = 4 << 20;
const TIMES = 5;
const BATCHES = [1, 8];

/** A copy of an index in graphics memory. What it is asked is done in order. */
export class Accelerator {
  readonly status: SearchStatus = { path: 'cpu', gpu: 'off' };
  readonly #base: Base;
  readonly #changed = new Set<number>();
  #options: AccelerateOptions = {};
  #gpu: Gpu | undefined;
  #chain: Promise<unknown> = Promise.resolve();

  constructor(base: Base) {
    this.#base = base;
  }

  /** Opens the device, copies all rows, checks what it computes, and times it. Never rejects for the device's sake. */
  start(options: AccelerateOptions): Promise<SearchStatus> {
    return this.#next(() => this.#start(options));
  }

  async #start(options: AccelerateOptions): Promise<SearchStatus> {
    this.stop();
    this.#options = options;
    try {
      const gpu = await open(options, this.#base.dimension);
      this.#gpu = gpu;
      await this.#timed(() => this.#bring(gpu), 12);
      await this.#timed(() => gpu.check(), 4);
      Object.assign(this.status, { gpu: 'ready', code: undefined, message: undefined });
      const kept = options.calibration;
      const { end, dimension } = this.#base;
      const fits = kept?.adapter === gpu.adapter && kept.dimension === dimension && kept.rows === end;
      this.status.calibration = fits ? kept : await this.#calibrate(gpu);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      this.#fail(error);
    }
    return { ...this.status };
  }

  /** A row was replaced or removed. Rows that were added are seen by themselves. */
  change(row: number): void {
    if (this.#gpu) this.#changed.add(row);
  }

  /** Searches where it is quicker; resolves to rows and score bits, as the base does. */
  search(queries: Float32Array, k: number, only: Uint32Array | undefined, exact: boolean): Promise<Uint32Array> {
    const run = async () => {
      const gpu = this.#gpu;
      if (gpu && this.#wins(queries.length / this.#base.dimension)) {
        try {
          await this.#timed(() => this.#bring(gpu), 12);
          const found = await this.#timed(() => gpu.search(queries, this.#base.dimension, k, only));
          this.status.path = 'gpu';
          return found;
        } catch (error) {
          // The caller's own mistake is worded by the CPU.
          if (!['bad-input', 'dimension-mismatch'].includes(codeOf(error))) this.#fail(error);
        }
      }
      this.status.path = 'cpu';
      return this.#base.search(queries, k, only, exact);
    };
    return this.#next(run);
  }

  /** One thing at a time: the device refuses a call while another one runs. */
  #next<T>(run: () => Promise<T>): Promise<T> {
    const next = this.#chain.then(run);
    this.#chain = next.catch(() => {});
    return next;
  }

  /** Gives the graphics memory back. */
  stop(): void {
    const gpu = this.#gpu;
    this.#gpu = undefined;
    this.#changed.clear();
    Object.assign(this.status, { gpu: 'off', path: 'cpu' });
    // A call that still runs holds it; it is freed when nothing refers to it any more.
    void this.#chain.then(() => gpu?.free()).catch(() => {});
  }

  #wins(queries: number): boolean {
    const { prefer } = this.#options;
    if (prefer) return prefer === 'gpu';
    const times = this.status.calibration?.times ?? [];
    const nearest = times.findLast((time) => time.queries <= queries) ?? times[0];
    return nearest !== undefined && nearest.gpu < nearest.cpu;
  }

  /** Brings what was added and changed to the device. */
  async #bring(gpu: Gpu): Promise<void> {
    const { dimension, end } = this.#base;
    if (gpu.end === end && this.#changed.size === 0) return;
    const scales = this.#base.scales();
    const rows = Math.max(1, Math.floor(PORTION / dimension));
    // Read at once: what changes meanwhile is brought the next time.
    const there = [...this.#changed].filter((row) => row < gpu.end);
    const changed = there.map((row) => ({ row, values: this.#base.values(row, row + 1), scale: scales[row] ?? 0 }));
    this.#changed.clear();
    for (const { row, values, scale } of changed) await gpu.set(row, values, scale);
    for (let at = gpu.end; at < end; at = gpu.end) {
      const to = Math.min(end, at + rows);
      await gpu.push(this.#base.values(at, to), scales.subarray(at, to), end - to);
    }
  }

  async #calibrate(gpu: Gpu): Promise<Calibration> {
    const { dimension, end } = this.#base;
    const times: Calibration['times'] = [];
    for (const queries of end > 0 ? BATCHES : []) {
      const asked = new Float32Array(queries * dimension);
      const took = { cpu: [] as number[], gpu: [] as number[] };
      for (let i = 0; i < TIMES; i++) {
        for (let q = 0; q < queries; q++) {
          const row = Math.floor((((i * queries + q) * 0.618034) % 1) * end);
          asked.set(this.#base.values(row, row + 1), q * dimension);
          // A removed row may be all zeros.
          if (asked.subarray(q * dimension, (q + 1) * dimension).every((value) => value === 0))
            asked[q * dimension] = 1;
        }
        const start = performance.now();
        this.#base.search(asked, 10, undefined, false);
        const middle = performance.now();
        await this.#timed(() => gpu.search(asked, dimension, 10, undefined));
        took.cpu.push(middle - start);
        took.gpu.push(performance.now() - middle);
      }
      // The first time pays for shaders that are compiled.
      const median = (all: number[]) => all.slice(1).sort((a, b) => a - b)[(TIMES - 1) >> 1] ?? 0;
      times.push({ queries, cpu: median(took.cpu), gpu: median(took.gpu) });
    }
    return { adapter: gpu.adapter, rows: end, dimension, times };
  }

  /** Fails when the device takes longer than it may, or that so many times. */
  async #timed<T>(run: () => Promise<T>, times = 1): Promise<T> {
    const most = (this.#options.timeout ?? 5000) * times;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const message = `the graphics processor did not answer within ${most} ms`;
      timer = setTimeout(() => reject(Object.assign(new Error(message), { code: 'gpu-timeout' })), most);
    });
    try {
      return await Promise.race([run(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(error: unknown): void {
    this.#gpu = undefined;
    this.#changed.clear();
    const code = codeOf(error) || 'gpu-failed';
    const message = error instanceof Error ? error.message : String(error);
    Object.assign(this.status, { gpu: 'failed', path: 'cpu', code, message });
  }
}

async function open(options: AccelerateOptions, dimension: number): Promise<Gpu> {
  const { signal = new AbortController().signal, onProgress = () => {}, allowSoftware = false } = options;
  if (!('gpu' in (globalThis.navigator ?? {}))) {
    throw Object.assign(new Error('this browser has no WebGPU'), { code: 'gpu-absent' });
  }
  const named = wasmModules('accelerate', options.wasm).gpu ?? new URL('./wasm/gpu_bg.wasm', import.meta.url).href;
  const loading: Loading = { file: 'gpu', allowed: new Allowed([named]), signal, progress: onProgress };
  const [{ default: init, Gpu: Opened }, module] = await Promise.all([
    import('./wasm/gpu.js'),
    loadModule(named, loading),
  ]);
  await init({ module_or_path: module });
  return Opened.open(dimension, allowSoftware);
}

/** The stable word of an error, '' where it has none. A DOMException's `code` is a number and means nothing here. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Refuses a time that is none. */
export function checkTimeout(timeout: unknown): void {
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0)) {
    throw new PredilectError('bad-input', `timeout is a number of milliseconds above 0, not ${String(timeout)}`);
  }
}
