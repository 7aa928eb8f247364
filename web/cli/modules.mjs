// The wasm modules of the package.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Failure } from './failure.mjs';

export const WASM = new URL('../dist/wasm/', import.meta.url);

/** Imports a module of the build and starts it with its bytes. */
export async function loadModule(/** @type {string} */ name) {
  try {
    const module = await import(new URL(`${name}.js`, WASM).href);
    module.initSync({ module: await readFile(new URL(`${name}_bg.wasm`, WASM)) });
    return module;
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' && error?.code !== 'ENOENT') throw error;
    throw missing(`${name}.js`);
  }
}

/** What is told of a file of the build that is not there. */
export function missing(/** @type {string} */ file) {
  return new Failure(`${fileURLToPath(WASM)}${file} is missing; build it with: node web/tools/setup.mjs wasm`);
}

/** Turns the wasm modules' errors into ours. */
export function told(/** @type {() => any} */ call) {
  try {
    return call();
  } catch (error) {
    if (typeof error?.code !== 'string') throw error;
    throw new Failure(error.message, error.code === 'bad-request' ? 2 : 1);
  }
}
