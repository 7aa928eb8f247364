#!/usr/bin/env node
// The command line of the package, on the same wasm as the page. No Rust is needed.

import { Failure } from './failure.mjs';

const HELP = `Recommendations in the browser: build catalogues, look at them, try them out.

Usage: predilect <COMMAND> [options]

  build       read records, clean and encode them, write a catalogue
  watch       the same, again whenever an input changes
  inspect     show what is in a catalogue
  recommend   recommend items for likes, dislikes and purchases
  similar     show the items most similar to one
  search      find items by words and by meaning
  ask         answer a question from a catalogue of questions and answers
  serve       try a catalogue in the browser, or serve a folder

predilect <COMMAND> --help has the options, with examples.`;

/** Loaded when asked for: building needs nothing of what answers, and the other way round. */
const COMMANDS = {
  build: async (args) => (await import('./commands/build.mjs')).build(args),
  watch: async (args) => (await import('./commands/build.mjs')).watch(args),
  inspect: async (args) => (await import('./commands/inspect.mjs')).inspect(args),
  recommend: async (args) => (await import('./commands/recommend.mjs')).recommend(args),
  similar: async (args) => (await import('./commands/recommend.mjs')).similar(args),
  search: async (args) => (await import('./commands/search.mjs')).search(args),
  ask: async (args) => (await import('./commands/search.mjs')).ask(args),
  serve: async (args) => (await import('./commands/serve.mjs')).serve(args),
};

const [name = '--help', ...args] = process.argv.slice(2);
try {
  if (name === '--help' || name === '-h' || name === 'help') console.log(HELP);
  else if (Object.hasOwn(COMMANDS, name)) await COMMANDS[name](args);
  else throw new Failure(`there is no command "${name}"; predilect --help lists them`, 2);
} catch (error) {
  // Errors of the package itself have a code, and say what to do.
  if (!(error instanceof Failure) && error?.name !== 'PredilectError') throw error;
  console.error(`predilect: ${error.message.replace(/\s+/g, ' ')}`);
  process.exitCode = error.exitCode ?? (error.code === 'bad-input' || error.code === 'bad-request' ? 2 : 1);
}
