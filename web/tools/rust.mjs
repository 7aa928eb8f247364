// The Rust side of the set-up: a compiler, and a way to build for wasm32.

import { aptInstall, has, Remedy, run } from './steps.mjs';

/** The Rust version that the workspace asks for. */
export const RUST_VERSION = [1, 95];

/** Arguments that build the build tool. Its profile compiles fast, for it runs only for seconds. */
export const XTASK = ['run', '--quiet', '--profile', 'xtask', '--package', 'xtask', '--'];

const NO_TOOLCHAIN = 3;
const RUSTUP_PATIENCE = 60_000;

/** @returns {Promise<string>} what the compiler calls itself */
export async function checkRust() {
  const wanted = RUST_VERSION.join('.');
  const { code, output } = await run('rustc', ['--version'], { quiet: true });
  if (code !== 0 || !(await has('cargo'))) {
    throw new Remedy(`Rust is missing: install Rust ${wanted} or newer from https://rustup.rs and run this again.`);
  }
  const found = output
    .match(/(\d+)\.(\d+)/)
    ?.slice(1)
    .map(Number) ?? [0, 0];
  if (found[0] < RUST_VERSION[0] || (found[0] === RUST_VERSION[0] && found[1] < RUST_VERSION[1])) {
    throw new Remedy(`Rust ${wanted} or newer is needed and this is ${output.trim()}: run \`rustup update stable\`.`);
  }
  if (!(await has('cc')) && !(await aptInstall(['gcc', 'libc6-dev']))) {
    throw new Remedy('Rust links with the C compiler, which is missing: run `apt-get install gcc libc6-dev`.');
  }
  return output.trim();
}

/**
 * Sees to it that something here can compile for wasm32: the toolchain's own standard library, else Debian's
 * toolchain, which brings the source of one.
 *
 * @returns {Promise<string>} which compiler it is
 */
export async function ensureWasmTarget() {
  let found = await ask();
  if (found) return found;
  if (await has('rustup')) {
    const added = await run('rustup', ['target', 'add', 'wasm32-unknown-unknown'], { timeout: RUSTUP_PATIENCE });
    if (added.code === 0) found = await ask();
    if (found) return found;
    console.log('    rustup could not add the target; trying the packages of Debian, which build it from source');
  }
  if (await aptInstall(['rustc-web', 'cargo-web', 'rust-web-src'])) found = await ask();
  if (found) return found;
  throw new Remedy(
    'The standard library for wasm32 is missing: run `rustup target add wasm32-unknown-unknown` with a network, or as root `apt-get install rustc-web cargo-web rust-web-src`.',
  );
}

/** Which compiler the build tool would use, or nothing. */
async function ask() {
  const { code, output } = await run('cargo', [...XTASK, 'toolchain'], { quiet: true });
  if (code === 0) return output.trim();
  if (code === NO_TOOLCHAIN) return undefined;
  throw new Error(`the build tool does not start:\n${output}`);
}
