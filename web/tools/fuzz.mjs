// `npm run fuzz -- [--minutes N] [READER ...]`: feeds every reader of bytes from outside (crates/fuzz) with changed inputs,
// N minutes each (6), guided by the code that they reach, and counts. It needs a C++ compiler besides what the set-up needs.
//
// Inputs that reached new code are kept in target/fuzz/READER for the next run; what broke a reader lies in
// target/fuzz/findings. `npm test` has a short run without guidance.

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from './setup.mjs';
import { Remedy, root, run, stopChildrenOnSignals, target } from './steps.mjs';

const TRIPLE = 'x86_64-unknown-linux-gnu';
/** What cargo-fuzz passes, less the sanitizers: these alone need a nightly compiler, and safe code gives them little. */
const COUNTERS = [
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
].join(' ');
/** Seconds and megabytes that no input may take. */
const LIMITS = ['-timeout=20', '-rss_limit_mb=2048', '-max_len=200000'];

async function main(/** @type {string[]} */ words) {
  const known = [...readFileSync(join(root, 'crates/fuzz/src/lib.rs'), 'utf8').matchAll(/name: "(\w+)"/g)].map(
    ([, name]) => name,
  );
  const at = words.indexOf('--minutes');
  const minutes = at < 0 ? 6 : Number(words.splice(at, 2)[1]);
  if (!(minutes > 0) || words.some((word) => !known.includes(word))) {
    throw new Remedy(`usage: npm run fuzz -- [--minutes N] [READER ...]; there is: ${known.join(', ')}`);
  }
  const cargo = ['--profile', 'fuzz', '--package', 'predilect-fuzz', '--features', 'guided', '--target', TRIPLE];
  const env = { RUSTFLAGS: COUNTERS, CARGO_TARGET_DIR: join(target, 'fuzz/build') };
  const built = await run('cargo', ['build', '--bin', 'guided', ...cargo], { env });
  if (built.code !== 0)
    throw new Remedy('The fuzzer was not built: what cargo said is above (it needs a C++ compiler).');
  const program = join(env.CARGO_TARGET_DIR, TRIPLE, 'fuzz/guided');
  const findings = join(target, 'fuzz/findings');
  const rows = [];
  for (const reader of words.length > 0 ? words : known) {
    const corpus = join(target, 'fuzz', reader);
    for (const folder of [corpus, findings]) mkdirSync(folder, { recursive: true });
    const flags = [`-max_total_time=${Math.round(minutes * 60)}`, `-artifact_prefix=${findings}/${reader}-`];
    const { output } = await run(program, [...LIMITS, ...flags, '-print_final_stats=1', '-verbosity=0', corpus], {
      quiet: true,
      env: { PREDILECT_READER: reader, PREDILECT_SEEDS: corpus },
    });
    const executions = Number(/stat::number_of_executed_units:\s+(\d+)/.exec(output)?.[1] ?? 0);
    const kept = readdirSync(corpus).length;
    const finding = /Test unit written to (\S+)/.exec(output)?.[1];
    rows.push({ reader, executions, kept, finding: finding ?? '' });
    console.log(`${reader}: ${executions} executions, ${kept} inputs kept${finding ? `, broken by ${finding}` : ''}`);
    if (finding)
      console.log(
        output
          .split('\n')
          .filter((line) => /panicked|ERROR|SUMMARY/.test(line))
          .slice(0, 6)
          .join('\n'),
      );
    if (executions === 0) throw new Error(`the fuzzer did not run:\n${output.slice(-2000)}`);
  }
  console.table(rows);
  if (rows.some(({ finding }) => finding)) process.exitCode = 1;
}

stopChildrenOnSignals();
await main(process.argv.slice(2)).catch(fail);
