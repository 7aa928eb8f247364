// The part of the wasm-bindgen output that the shell uses. Built by `cargo run -p xtask -- wasm` beside the compiled shell.
export class Engine {
  constructor(catalogue: Uint8Array);
  record(events: string): void;
  describe(text: string, vector: Float32Array, fingerprint: string, at: number, weight: number): void;
  recommend(request: string): string;
  similar(request: string): string;
  search(vector: Float32Array, fingerprint: string, request: string): string;
  items(ids: string): string;
  profile(now: number): string;
  forget(request: string): void;
  snapshot(): Uint8Array;
  restore(bytes: Uint8Array): void;
  info(): string;
  free(): void;
}
export default function init(input: { module_or_path: WebAssembly.Module }): Promise<unknown>;
