// `predilect serve`: a catalogue tried in the browser, or a folder as it will be on a static host.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serve as serveFolder } from '../../tools/serve.mjs';
import { wordsBeside } from '../build.mjs';
import { defaultModel } from '../encode.mjs';
import { Failure } from '../failure.mjs';
import { trialPage } from './trial.mjs';

const HELP = `Try a catalogue in the browser: search, recommendations, and the profile that comes of likes. Or serve a folder.

Usage: predilect serve <CATALOGUE | FOLDER> [options]

      --port N                the first port to try [8000]
      --words FILE            index of words [the catalogue's name with the extension words, if it is there]
      --model DIR             folder of the encoder, for search by meaning [PREDILECT_MODEL, or
                              models/predilect-encoder-small, if it is there]

A catalogue that is built again is there with the next visit. Only this machine can reach the server.

Examples:
  predilect serve shop.predilect
  predilect serve site`;

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

export async function serve(/** @type {string[]} */ args) {
  let parsed;
  try {
    const text = /** @type {const} */ ({ type: 'string' });
    const options = {
      port: text,
      words: text,
      model: text,
      help: { type: /** @type {const} */ ('boolean'), short: 'h' },
    };
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Failure(`${error.message}; --help lists the options`, 2);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [path] = positionals;
  if (positionals.length !== 1) throw new Failure('expected a catalogue or a folder (--help)', 2);
  const port = Number(values.port ?? 8000);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Failure(`--port ${values.port}: expected a number up to 65535`, 2);
  }
  const kind = await stat(path).catch(() => null);
  if (!kind) throw new Failure(`${path}: there is no such file or folder; make a catalogue with: predilect build`);
  const { url } = await serveFolder(
    kind.isDirectory() ? { root: path, port } : { root: DIST, port, answers: await trial(path, values) },
  );
  console.log(`${path}: ${url} (interrupt to stop)`);
}

/** The page, the catalogue, and what belongs to it, as they are at each visit. */
async function trial(
  /** @type {string} */ catalogue,
  /** @type {{words?: string, model?: string}} */ { words, model },
) {
  const index = words ?? wordsBeside(catalogue);
  const hasWords = words !== undefined || existsSync(index);
  const folder = model ?? defaultModel();
  const hasModel = model !== undefined || existsSync(join(folder, 'manifest.json'));
  const attributes = [
    'catalogue="/catalogue.predilect"',
    hasWords && 'words="/catalogue.words"',
    hasModel && 'encoder="/encoder/"',
    // Catalogues of different places do not share a profile.
    `profile="serve-${createHash('sha256')
      .update(await realpath(catalogue))
      .digest('hex')
      .slice(0, 16)}"`,
  ];
  const escaped = basename(catalogue).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const page = trialPage({
    name: escaped,
    attributes: attributes.filter(Boolean).join(' '),
    searches: hasWords || hasModel,
  });
  const html = { headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' }, body: page };
  /** @type {Record<string, any>} */
  const answers = { '/': html, '/index.html': html, '/catalogue.predilect': { file: catalogue } };
  if (hasWords) answers['/catalogue.words'] = { file: index };
  if (hasModel) {
    const names = await readdir(folder).catch((error) => {
      throw new Failure(`${folder}: cannot be read: ${error.message}`);
    });
    for (const name of names) answers[`/encoder/${name}`] = { file: join(folder, name) };
  }
  return answers;
}
