// The part of the wasm-bindgen output that the shell uses. Built by `cargo run -p xtask -- wasm` beside the compiled shell.
export class Encoder {
  constructor(model: Uint8Array, tokenizer: Uint8Array, manifest: string);
  encode(texts: string[]): Float32Array;
  readonly dimension: number;
  readonly fingerprint: string;
  free(): void;
}
export default function init(input: { module_or_path: WebAssembly.Module }): Promise<unknown>;
