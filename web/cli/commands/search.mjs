// `predilect search` and `ask`: texts and questions, in a terminal.

import { table } from '../table.mjs';
import {
  flag,
  LIST,
  LIST_OPTIONS,
  LOOK,
  LOOK_OPTIONS,
  listOptions,
  look,
  number,
  opened,
  read,
  show,
  text,
} from './line.mjs';

const SEARCH_HELP = `Find items by words and by the meaning of a text, in any language the encoder knows.

Usage: predilect search <CATALOGUE> <TEXT> [options]

      --prefix                the last word may be the beginning of a word
${LOOK_OPTIONS}
${LIST_OPTIONS}

Examples:
  predilect search shop.predilect 'something warm to drink' -k 5
  predilect search shop.predilect 'ket' --by words --prefix`;

const ASK_HELP = `Answer a question from a catalogue of questions (title) and answers (text), or say that nothing answers it.

Usage: predilect ask <CATALOGUE> <QUESTION> [options]

      --lang CODE             language of the answer [any]
      -k N                    items at most, the answer among them [4]
      --filter CONDITION      as for search
${LOOK_OPTIONS}
      --json                  print the reply as JSON

Examples:
  predilect build faq.jsonl -o faq.predilect --max-chars 5000
  predilect ask faq.predilect 'I want to send something back'
  predilect ask faq.predilect '东西不喜欢想退货' --lang zh`;

/** `predilect search`. */
export async function search(/** @type {string[]} */ args) {
  const line = read(args, { prefix: flag, ...LOOK, ...LIST }, SEARCH_HELP, ['a catalogue', 'a text']);
  if (!line) return;
  const { values } = line;
  const [path, query] = line.positionals;
  const { by, files } = look(path, values);
  const recommender = await opened(path, files);
  try {
    const list = await recommender.search(query, {
      ...(await listOptions(recommender, values)),
      by,
      prefix: values.prefix,
    });
    await show(recommender, list, values.json);
  } finally {
    recommender.close();
  }
}

/** `predilect ask`. */
export async function ask(/** @type {string[]} */ args) {
  const line = read(args, { lang: text, ...LOOK, ...LIST }, ASK_HELP, ['a catalogue', 'a question']);
  if (!line) return;
  const { values } = line;
  const [path, question] = line.positionals;
  const { by, files } = look(path, values);
  const recommender = await opened(path, files);
  try {
    const { filter } = await listOptions(recommender, values);
    const k = number('-k', values.k);
    const reply = await recommender.ask(question, { ...(k !== undefined && { k }), lang: values.lang, filter, by });
    if (values.json) {
      console.log(JSON.stringify(reply));
      return;
    }
    console.log(`${reply.answer?.text ?? 'not sure that anything here answers this'}\n`);
    const found = [...(reply.answer ? [reply.answer] : []), ...reply.others];
    const rows = found.map((item) => [item.confidence.toFixed(2), item.question ?? item.text, item.id]);
    const columns = [
      { name: 'sure', right: true },
      { name: 'question', most: 60 },
      { name: 'id', most: 40 },
    ];
    process.stdout.write(table(columns, rows));
  } finally {
    recommender.close();
  }
}
