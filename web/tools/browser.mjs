// A browser for tests and benchmarks: Chromium as it is installed, driven by playwright-core.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall, Remedy } from './steps.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Containers have a small /dev/shm, and a page that holds a large catalogue needs more than that.
  '--disable-dev-shm-usage',
];

/** @returns {string | undefined} the path of a Chromium: CHROMIUM_PATH, or the first on PATH */
export function findBrowser() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env.CHROMIUM_PATH, ...candidates].find((path) => path && isExecutable(path));
}

/** Installs Chromium where there is none. */
export async function ensureBrowser() {
  const found = findBrowser() ?? ((await aptInstall(['chromium'])) ? findBrowser() : undefined);
  if (found) return found;
  throw new Remedy('No Chromium was found: install one (`apt-get install chromium`) or set CHROMIUM_PATH to it.');
}

/**
 * Starts a headless Chromium. Close it when done: `await browser.close()`.
 *
 * @param {object} [options]
 * @param {boolean} [options.webgpu] with a WebGPU adapter (a software one where there is no graphics card)
 * @param {string[]} [options.args] more flags
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launch({ webgpu = false, args = [] } = {}) {
  const executablePath = findBrowser();
  if (!executablePath)
    throw new Remedy('No Chromium was found: set CHROMIUM_PATH, or run `npm test` once, which installs one.');
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath,
    headless: true,
    args: [...FLAGS, ...(webgpu ? ['--enable-unsafe-webgpu'] : []), ...args],
  });
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
