// `npm test`: the set-up, then every test there is, then one summary. `npm test -- --only rust|web|browser` for a part.
// A stage that fails hides no other, unless that one needs what it makes.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './browser.mjs';
import { LINTERS } from './lint.mjs';
import { checkRust } from './rust.mjs';
import { fail, setup, tsc } from './setup.mjs';
import { size } from './size.mjs';
import { files, run, seconds, stopChildrenOnSignals } from './steps.mjs';

const PARTS = ['rust', 'web', 'browser'];

/** Bindings have no logic to test natively, and the build tool is tested by what it builds; clippy reads them all. */
const NOT_TESTED_NATIVELY = [
  'predilect-wasm',
  'predilect-encoder-wasm',
  'predilect-search-wasm',
  'predilect-gpu-wasm',
  'predilect-builder-wasm',
  'xtask',
];

const TEST_PATIENCE = 300_000;

/** How much of what failed tests said is shown again at the end. */
const WHY_CHARS = 8000;

/** A Vulkan adapter in software comes with Chromium; the search on WebGPU is tested natively by it where there is no other. */
const VULKAN = '/usr/lib/chromium';

/** @typedef {{passed: number, failed: number, skipped: number, why?: string}} Counts `why`: what the failed tests said */

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string[]} parts of which it is
 * @property {string[]} [needs] stages without which it cannot run
 * @property {() => Promise<Counts | boolean>} act what was counted, or whether it went well
 */

/** @type {Stage[]} */
const STAGES = [
  { name: 'packages', parts: PARTS, act: () => set('packages') },
  { name: 'rust toolchain', parts: ['rust'], act: async () => Boolean(await checkRust()) },
  { name: 'wasm modules', parts: ['web', 'browser'], needs: ['packages'], act: () => set('wasm') },
  { name: 'typescript', parts: ['web', 'browser'], needs: ['packages'], act: () => set('typescript') },
  {
    name: 'demo',
    parts: ['web', 'browser'],
    needs: ['wasm modules', 'typescript'],
    act: () => set('catalogue', 'site'),
  },
  { name: 'chromium', parts: ['browser'], act: async () => Boolean(await ensureBrowser()) },
  { name: 'cargo fmt', parts: ['rust'], needs: ['rust toolchain'], act: () => succeeds(...LINTERS.fmt) },
  { name: 'cargo clippy', parts: ['rust'], needs: ['rust toolchain'], act: () => succeeds(...LINTERS.clippy) },
  { name: 'cargo test', parts: ['rust'], needs: ['rust toolchain'], act: cargoTest },
  { name: 'biome', parts: ['web'], needs: ['packages'], act: () => succeeds(...LINTERS.biome) },
  // What was compiled is on this machine, so that the crates can be listed without a network.
  { name: 'dependencies', parts: ['web'], needs: ['wasm modules'], act: () => succeeds(...LINTERS.dependencies) },
  {
    name: 'types of tools',
    parts: ['web'],
    needs: ['packages'],
    act: () => tsc('web/tools/tsconfig.json').then(() => true),
  },
  {
    name: 'unit tests',
    parts: ['web'],
    needs: ['wasm modules', 'typescript'],
    act: () => nodeTest(['web/tests/unit', 'web/tools', 'web/cli']),
  },
  {
    name: 'browser tests',
    parts: ['browser'],
    needs: ['demo', 'chromium'],
    act: () => nodeTest(['web/tests/browser'], '--test-concurrency=1'),
  },
  {
    name: 'package tests',
    parts: ['browser'],
    needs: ['demo', 'chromium'],
    // One after the other: bundlers take all cores.
    act: () => nodeTest(['web/tests/package'], '--test-concurrency=1'),
  },
  {
    name: 'documentation',
    parts: ['browser'],
    needs: ['wasm modules', 'typescript', 'chromium'],
    // One after the other: both encode texts on all cores.
    act: () => nodeTest(['site/tests'], '--test-concurrency=1'),
  },
  { name: 'size budgets', parts: ['web'], needs: ['demo'], act: size },
];

async function set(...only) {
  await setup({ only });
  return true;
}

async function succeeds(program, args) {
  return (await run(program, args)).code === 0;
}

async function cargoTest() {
  const excluded = NOT_TESTED_NATIVELY.flatMap((name) => ['--exclude', name]);
  const driver = join(VULKAN, 'vk_swiftshader_icd.json');
  const env = existsSync(driver) ? { LD_LIBRARY_PATH: VULKAN, VK_ICD_FILENAMES: driver } : {};
  const args = ['test', '--workspace', '--no-fail-fast', ...excluded];
  const { code, output } = await run('cargo', args, { tee: true, env });
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [, passed, failed, ignored] of output.matchAll(
    /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm,
  )) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored);
  }
  return settle({ ...counts, why: output.match(/^failures:\n\n-{4}[\s\S]*?^test result: FAILED/gm)?.join('\n') }, code);
}

async function nodeTest(folders, ...flags) {
  const tests = files(folders, (path) => path.endsWith('.test.mjs'));
  if (tests.length === 0) {
    console.log(`no *.test.mjs in ${folders.join(', ')}`);
    return false;
  }
  const args = ['--test', '--test-reporter=spec', `--test-timeout=${TEST_PATIENCE}`, ...flags, ...tests];
  const { code, output } = await run(process.execPath, args, { tee: true });
  const count = (/** @type {string} */ word) =>
    Number(output.match(new RegExp(`^\\S+ ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
  const [why] = output.match(/^\S+ failing tests:$[\s\S]*/m) ?? [];
  const skipped = count('skipped') + count('todo');
  return settle({ passed: count('pass'), failed: count('fail') + count('cancelled'), skipped, why }, code);
}

/** A run that failed without a failed test (it did not compile, say) counts as one. */
function settle(counts, code) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** Runs the stages and tells how each ended. */
async function runStages(stages) {
  /** @type {Map<string, {result: string, took: string, counts?: Counts}>} */
  const ended = new Map();
  for (const stage of stages) {
    const lacking = stage.needs?.find((name) => ended.has(name) && ended.get(name)?.result !== 'ok');
    if (lacking) {
      ended.set(stage.name, { result: `not run: needs ${lacking}`, took: '-' });
      continue;
    }
    console.log(`\n=== ${stage.name}`);
    const begun = performance.now();
    const outcome = await stage.act().catch((error) => {
      console.error(error?.message ?? error);
      return false;
    });
    const counts = typeof outcome === 'object' ? outcome : undefined;
    const ok = counts ? counts.failed === 0 : outcome === true;
    ended.set(stage.name, { result: ok ? 'ok' : 'FAILED', took: seconds(begun), counts });
  }
  return ended;
}

/** Prints what failed once more and the summary; its last line is the sum that other programs read. */
function summarise(ended, started) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, { counts }] of ended) {
    if (counts?.failed && counts.why) console.log(`\n=== what failed of ${name}\n${counts.why.slice(0, WHY_CHARS)}`);
  }
  console.log(`\n=== summary (${seconds(started)})`);
  for (const [name, { result, took, counts }] of ended) {
    const text = counts ? `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped` : '';
    console.log(`${name.padEnd(16)} ${took.padStart(7)}  ${result}${text ? `  (${text})` : ''}`);
    total.passed += counts?.passed ?? 0;
    total.skipped += counts?.skipped ?? 0;
    // A stage that counts no tests, a linter say, is one failure; one that could not run is one skipped.
    total.failed += counts?.failed ?? (result === 'FAILED' ? 1 : 0);
    if (result.startsWith('not run')) total.skipped += 1;
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0;
}

function chosenParts(args) {
  if (args.length === 0) return PARTS;
  const [flag, part] = args[0].includes('=') ? args[0].split('=') : args;
  if (flag === '--only' && PARTS.includes(part)) return [part];
  console.error(`usage: npm test [-- --only ${PARTS.join('|')}]`);
  process.exit(2);
}

try {
  stopChildrenOnSignals();
  const started = performance.now();
  const parts = chosenParts(process.argv.slice(2));
  const ended = await runStages(STAGES.filter((stage) => stage.parts.some((part) => parts.includes(part))));
  process.exitCode = summarise(ended, started) ? 0 : 1;
} catch (error) {
  fail(error);
}
