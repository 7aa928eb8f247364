// The page of the command line: what each command says of itself.

import { join } from 'node:path';
import { root, run } from '../web/tools/steps.mjs';

const PROGRAM = join(root, 'web/cli/predilect.mjs');
const NAMES = ['build', 'watch', 'inspect', 'recommend', 'similar', 'search', 'ask', 'serve'];

async function help(/** @type {string[]} */ ...args) {
  const { code, output } = await run(process.execPath, [PROGRAM, ...args, '--help'], { quiet: true });
  if (code !== 0) throw new Error(`predilect ${args.join(' ')} --help failed: ${output}`);
  return `\`\`\`text\n${output.trim()}\n\`\`\`\n`;
}

/** Markdown of the page. */
export async function commands() {
  const texts = await Promise.all(NAMES.map((name) => help(name)));
  const each = NAMES.map((name, at) => `## predilect ${name}\n\n${texts[at]}`);
  return `# The command line

\`npx predilect\` comes with the package and needs Node 20.16 or newer, no Rust. Exit code 1: it could not be done; 2: the command
line is at fault. What went wrong is told in one line.

${await help()}
${each.join('\n')}`;
}
