// Inputs that the builder does not read itself, as the JSON Lines that it reads: folders, feeds, product feeds.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { feed, merchantSeparator, merchantTable } from './feeds.mjs';
import { folderRecords, pagesOf } from './folder.mjs';

/** So much of an input tells what it is. */
export const HEAD = 4096;

const lines = (/** @type {object[]} */ records) =>
  Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));

/** Whether a path is a folder. */
export const isFolder = async (/** @type {string} */ path) =>
  (await stat(path).catch(() => null))?.isDirectory() ?? false;

/** The pages of a folder as JSON Lines. */
export async function readFolder(/** @type {string} */ folder, /** @type {string} */ base) {
  return lines(await folderRecords(folder, base));
}

/** What makes JSON Lines of an input that begins like this; undefined where the builder reads it itself. */
export function readerFor(/** @type {Buffer} */ head) {
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('<')) return (/** @type {string} */ all, /** @type {string} */ name) => lines(feed(all, name));
  if (merchantSeparator(text.split('\n', 1)[0])) return (/** @type {string} */ all) => lines(merchantTable(all));
  return undefined;
}

/** The files that an input stands for: itself, or those of a folder. */
export async function filesOf(/** @type {string} */ input) {
  return (await isFolder(input)) ? (await pagesOf(input)).map((path) => join(input, path)) : [input];
}
