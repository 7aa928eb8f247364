// `predilect inspect`: what is in a catalogue.

import { stat } from 'node:fs/promises';
import { Failure } from '../failure.mjs';
import { table } from '../table.mjs';
import { flag, opened, read, texts } from './line.mjs';

const HELP = `Show what is in a catalogue.

Usage: predilect inspect <CATALOGUE> [options]

      --item ID               show this item instead; may be repeated
      --json                  print JSON

Examples:
  predilect inspect shop.predilect
  predilect inspect shop.predilect --item kettle-1`;

/** `predilect inspect`. */
export async function inspect(/** @type {string[]} */ args) {
  const line = read(args, { item: texts, json: flag }, HELP, ['a catalogue']);
  if (!line) return;
  const [path] = line.positionals;
  const recommender = await opened(path);
  try {
    if (line.values.item) {
      const items = await recommender.items(line.values.item);
      const lost = items.indexOf(null);
      if (lost >= 0) throw new Failure(`${path}: there is no item "${line.values.item[lost]}"`);
      for (const item of items) console.log(JSON.stringify(item, null, line.values.json ? 0 : 2));
      return;
    }
    const [info, topics] = await Promise.all([recommender.info(), recommender.topics()]);
    if (line.values.json) {
      console.log(JSON.stringify({ ...info, topics }));
      return;
    }
    console.log(`name      ${info.name}
items     ${info.count}
encoder   ${info.fingerprint}, ${info.dimension} values a vector
checksum  ${info.checksum} (matches)
file      ${(await stat(path)).size} bytes`);
    const tree = topics.flatMap((topic) => [
      topic,
      ...topic.topics.map((part) => ({ ...part, name: `  ${part.name}` })),
    ]);
    if (tree.length > 0) {
      console.log('\ntopics');
      const rows = tree.map(({ name, count, keywords }) => [
        name.replace(/^ {2}/, '· '),
        String(count),
        keywords.join(', '),
      ]);
      process.stdout.write(
        table(
          [
            { name: 'topic', most: 40 },
            { name: 'items', right: true },
            { name: 'about', most: 60 },
          ],
          rows,
        ),
      );
    }
    console.log('\nfields to filter by');
    const facets = Object.entries(info.facets).map(([name, counts]) => {
      const most = Object.entries(counts).slice(0, 5);
      return [name, most.map(([value, count]) => `${value} (${count})`).join(', ')];
    });
    const ranges = Object.entries(info.ranges).map(([name, { min, max }]) => [name, `${min} to ${max}`]);
    process.stdout.write(
      table(
        [
          { name: 'field', most: 30 },
          { name: 'values', most: 100 },
        ],
        [...facets, ...ranges],
      ),
    );
  } finally {
    recommender.close();
  }
}
