// What npm would publish: every address in it leads somewhere, for every way to resolve modules and types, and no file is missing
// or too many.

import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root, run } from '../../tools/steps.mjs';
import { pack, workplace } from './pack.mjs';

const ATTW = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
const manifest = JSON.parse(await readFile(join(root, 'web/package.json'), 'utf8'));
let folder;
let tarball;
before(async () => {
  folder = await workplace();
  tarball = await pack(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

test('publint has nothing to say', async () => {
  const bytes = await readFile(tarball);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const { messages, pkg } = await publint({ pack: { tarball: file }, strict: true });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg, { color: false })),
    [],
  );
});

test('are the types wrong? They are not', async () => {
  // A module is an asset, which nobody imports for its types.
  const assets = Object.keys(manifest.exports).filter((name) => name.endsWith('.wasm'));
  // CommonJS gets the package by import() only: it is ESM.
  const args = [tarball, '--profile', 'esm-only', '--exclude-entrypoints', ...assets, '--format', 'json'];
  const { code, output } = await run(process.execPath, [ATTW, ...args], { quiet: true });
  assert.equal(code, 0, output);
  const { analysis } = JSON.parse(output);
  const named = Object.keys(manifest.exports).filter((name) => !name.endsWith('.wasm'));
  assert.deepEqual(Object.keys(analysis.entrypoints).sort(), named.sort());
});

test('the package holds what it is made of, and no sources', async () => {
  const { output } = await run('tar', ['-tzf', tarball], { quiet: true });
  const files = output.trim().split('\n');
  for (const name of [
    'dist/predilect.cdn.js',
    'dist/wasm/engine_bg.wasm',
    'cli/predilect.mjs',
    'tools/serve.mjs',
    'README.md',
  ])
    assert.ok(files.includes(`package/${name}`), name);
  assert.deepEqual(
    files.filter((name) => /\/(src|tests|demo|cdn)\/|tsconfig|\.partial$|(?<!\.d)\.ts$/.test(name)),
    [],
  );
});

for (const [module, moduleResolution] of [
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
]) {
  test(`the types do what editors say, resolved as by ${moduleResolution}`, async () => {
    const project = join(folder, moduleResolution);
    const modules = join(project, 'node_modules');
    await mkdir(join(modules, '@types'), { recursive: true });
    await run('tar', ['-xzf', tarball, '-C', modules], { quiet: true });
    await rename(join(modules, 'package'), join(modules, 'predilect'));
    for (const name of ['vue', '@types/react']) await symlink(join(root, 'node_modules', name), join(modules, name));
    await writeFile(join(project, 'package.json'), '{ "type": "module" }');
    await cp(join(root, 'web/tests/fixtures/types/use.tsx'), join(project, 'use.tsx'));
    const options = [
      '--strict',
      '--noEmit',
      '--jsx',
      'react-jsx',
      '--target',
      'es2022',
      '--lib',
      'es2023,dom,dom.iterable',
    ];
    const resolving = ['--module', module, '--moduleResolution', moduleResolution, '--types', ''];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { code, output } = await run(process.execPath, [tsc, ...options, ...resolving, 'use.tsx'], {
      cwd: project,
      quiet: true,
    });
    assert.equal(code, 0, output);
  });
}
