// Files of npm packages that are no dependencies: fetched where they are needed, by their hash.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Unpacks a package, or some files of it.
 *
 * @param {string} name with its version
 * @param {string} sha512 of the packed file, in base 64
 * @param {string} folder that is there
 * @param {string[]} [files] paths in the package; all, unless given
 * @returns {string} the folder of the package
 */
export function unpack(name, sha512, folder, files = []) {
  const options = { cwd: folder, encoding: /** @type {const} */ ('utf8') };
  const file = execFileSync('npm', ['pack', '--silent', name], options).trim();
  const hash = createHash('sha512')
    .update(readFileSync(join(folder, file)))
    .digest('base64');
  if (hash !== sha512) throw new Error(`${name} has the hash ${hash}, expected ${sha512}`);
  execFileSync('tar', ['xzf', file, ...files.map((path) => `package/${path}`)], options);
  rmSync(join(folder, file));
  return join(folder, 'package');
}
