// `npm run bench -- NAME [arguments]`: runs web/tools/bench/NAME.mjs, whose default export takes the arguments and
// returns measurements, and writes them to target/bench/NAME.json. Without a name: what there is.

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { report } from './measure.mjs';
import { fail, setup } from './setup.mjs';
import { files, root, stopChildrenOnSignals } from './steps.mjs';

async function main(/** @type {string[]} */ words) {
  const [name, ...args] = words;
  const known = files(['web/tools/bench'], (path) => /^web\/tools\/bench\/[^/]+\.mjs$/.test(path)).map((path) =>
    basename(path, '.mjs'),
  );
  if (name === undefined || !known.includes(name)) {
    console.log(`usage: npm run bench -- NAME [arguments]; there is: ${known.join(', ') || 'none yet'}`);
    process.exitCode = name === undefined ? 0 : 1;
    return;
  }
  await setup();
  const { default: bench } = await import(pathToFileURL(join(root, 'web/tools/bench', `${name}.mjs`)).href);
  const path = await report(name, await bench(args));
  for (const row of JSON.parse(readFileSync(path, 'utf8'))) {
    const peer = row.peer === null ? '' : `   ${row.peer} ${row.peer_value.toPrecision(4)} (x${row.ratio.toFixed(2)})`;
    console.log(`${row.case}: ${row.value.toPrecision(4)} ${row.unit}${peer}`);
  }
  console.log(`written to ${path}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  stopChildrenOnSignals();
  await main(process.argv.slice(2)).catch(fail);
}
