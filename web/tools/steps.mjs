// What every command of this folder is made of: running programs, telling what goes on, skipping what is done.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Where cargo, and these tools, put what they make on the way. */
export const target = process.env.CARGO_TARGET_DIR ? resolve(root, process.env.CARGO_TARGET_DIR) : join(root, 'target');

/** Something that a person must do; the message is one sentence that says what. */
export class Remedy extends Error {}

const children = new Set();
let interrupted = false;

/**
 * Ends what was started when this program is told to end.
 *
 * @returns {() => void} gives the signals back
 */
export function stopChildrenOnSignals() {
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    interrupted = true;
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
    for (const child of children) child.kill(signal);
    if (children.size === 0) process.exit();
    // A child that does not go is not waited for.
    setTimeout(() => process.exit(), 2000).unref();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return () => process.off('SIGINT', stop).off('SIGTERM', stop);
}

/**
 * Runs a program to its end.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {object} [options]
 * @param {boolean} [options.quiet] keep what it prints instead of showing it
 * @param {boolean} [options.tee] show it and keep it
 * @param {number} [options.timeout] milliseconds after which it is killed
 * @param {Record<string, string | undefined>} [options.env] added to the environment
 * @param {string} [options.cwd]
 * @returns {Promise<{code: number, output: string}>} code 127 where it cannot be started, 124 where it took too long
 */
export function run(program, args, { quiet = false, tee = false, timeout = 0, env = {}, cwd = root } = {}) {
  return new Promise((done) => {
    const piped = quiet || tee;
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', piped ? 'pipe' : 'inherit', piped ? 'pipe' : 'inherit'],
    });
    children.add(child);
    let output = '';
    let late = false;
    const clock =
      timeout > 0
        ? setTimeout(() => {
            late = true;
            child.kill('SIGKILL');
          }, timeout)
        : undefined;
    const keep = (/** @type {NodeJS.WriteStream} */ stream) => (/** @type {string} */ chunk) => {
      output += chunk;
      if (tee) stream.write(chunk);
    };
    child.stdout?.setEncoding('utf8').on('data', keep(process.stdout));
    child.stderr?.setEncoding('utf8').on('data', keep(process.stderr));
    const finish = (/** @type {number} */ code) => {
      clearTimeout(clock);
      children.delete(child);
      if (interrupted) process.exit();
      done({ code, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(127);
    });
    child.on('close', (code) => finish(late ? 124 : (code ?? 1)));
  });
}

/** Whether a program can be started. */
export async function has(program, args = ['--version']) {
  return (await run(program, args, { quiet: true })).code === 0;
}

/** Runs npm, the one that runs this script where there is one. */
export function npm(args, options) {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? run(process.execPath, [script, ...args], options) : run('npm', args, options);
}

let packageLists = false;

/**
 * Installs packages of Debian, where that is possible without asking for a password.
 *
 * @param {string[]} packages
 * @returns {Promise<boolean>} whether they are installed now
 */
export async function aptInstall(packages) {
  if (!(await has('apt-get'))) return false;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !(await has('sudo', ['-n', 'true']))) return false;
  const apt = (/** @type {string[]} */ args) => {
    const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y', ...args];
    if (!isRoot) command.unshift('sudo', '-n');
    return run(command[0], command.slice(1), { timeout: 600_000 });
  };
  if (!packageLists) {
    await apt(['update']);
    packageLists = true;
  }
  return (await apt(['install', '--no-install-recommends', ...packages])).code === 0;
}

/** @param {number} started as of performance.now() */
export function seconds(started) {
  const passed = (performance.now() - started) / 1000;
  return passed < 10 ? `${passed.toFixed(1)} s` : `${Math.round(passed)} s`;
}

/**
 * All files below some paths of the checkout, sorted.
 *
 * @param {string[]} paths relative to the checkout; what does not exist is left out
 * @param {(path: string) => boolean} [wanted] sees the path relative to the checkout, with slashes
 * @returns {string[]}
 */
export function files(paths, wanted = () => true) {
  /** @type {string[]} */
  const found = [];
  const visit = (/** @type {string} */ path) => {
    const absolute = join(root, path);
    /** @type {import('node:fs').Dirent[]} */
    let entries;
    try {
      entries = readdirSync(absolute, { withFileTypes: true });
    } catch {
      if (existsSync(absolute) && wanted(path)) found.push(path);
      return;
    }
    for (const entry of entries) {
      const child = `${path}/${entry.name}`;
      if (entry.isDirectory()) visit(child);
      else if (wanted(child)) found.push(child);
    }
  };
  for (const path of paths) visit(path);
  return found.sort();
}

/** Names the contents of files, and of any other text that decides. */
export function fingerprint(paths, ...more) {
  const hash = createHash('sha256');
  for (const path of paths) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  for (const text of more) hash.update(`${text}\0`);
  return hash.digest('hex');
}

const stampFile = (/** @type {string} */ name) => join(target, 'setup', `${name}.stamp`);

/** Whether a step was last done with this fingerprint. */
export function isDone(name, print) {
  try {
    return readFileSync(stampFile(name), 'utf8') === print;
  } catch {
    return false;
  }
}

/** Remembers with which fingerprint a step was done. */
export function markDone(name, print) {
  mkdirSync(dirname(stampFile(name)), { recursive: true });
  writeFileSync(stampFile(name), print);
}

/** A path as a person types it in the checkout. */
export function shown(path) {
  return relative(root, path).split(sep).join('/');
}
